// The page's store at a learning platform: SCORM 1.2 run-time environment (ADL, 2001), section 3.
"use strict";
(() => {
  function find(from) {
    for (let at = from, step = 0; at && step < 500; step++) {
      try {
        if (at.API) return at.API;
      } catch { return null; }
      if (at.parent === at) return null;
      at = at.parent;
    }
    return null;
  }
  const api = find(window) || (window.opener && find(window.opener));
  if (!api || api.LMSInitialize("") !== "true") return;
  const started = Date.now();
  let ended = false;
  const set = (name, value) => api.LMSSetValue(name, String(value));
  if (api.LMSGetValue("cmi.core.lesson_status") === "not attempted") {
    set("cmi.core.lesson_status", "incomplete");
    api.LMSCommit("");
  }
  window.lessonStore = {
    load: () => api.LMSGetValue("cmi.suspend_data"),
    save(text) {
      if (ended) return;
      set("cmi.suspend_data", text);
      api.LMSCommit("");
    },
    score(right, all) {
      if (ended) return;
      set("cmi.core.score.min", 0);
      set("cmi.core.score.max", 100);
      set("cmi.core.score.raw", Math.round((100 * right) / all));
    },
    done(is) {
      if (ended) return;
      if (api.LMSGetValue("cmi.core.lesson_status") !== "completed" && is) set("cmi.core.lesson_status", "completed");
      api.LMSCommit("");
    },
  };
  const two = (number) => String(number).padStart(2, "0");
  // After the page's own handler, which keeps what was typed last.
  addEventListener("pagehide", () => setTimeout(finish, 0));
  addEventListener("unload", finish);
  function finish() {
    if (ended) return;
    ended = true;
    const seconds = Math.round((Date.now() - started) / 1000);
    set("cmi.core.session_time", `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`);
    set("cmi.core.exit", "suspend");
    api.LMSCommit("");
    api.LMSFinish("");
  }
})();
