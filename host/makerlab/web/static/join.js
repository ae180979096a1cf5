// The door for viewers: the code from the QR code's link, or typed.

const said = document.getElementById("said");
const code = document.getElementById("code");

async function join() {
  const language = navigator.language.startsWith("zh") ? "zh" : "en";
  const answer = await fetch("/api/join", {
    method: "POST",
    headers: { "content-type": "application/json", "x-maker-language": language },
    body: JSON.stringify({ code: code.value }),
  });
  if (answer.ok) {
    location.replace("/");
    return;
  }
  said.textContent = (await answer.json()).what;
  said.hidden = false;
  code.select();
}

document.getElementById("join").addEventListener("submit", (event) => {
  event.preventDefault();
  join();
});

const scanned = location.hash.slice(1);
history.replaceState(null, "", location.pathname); // the code need not stay on the screen
if (scanned) {
  code.value = scanned;
  join();
} else {
  code.focus();
}
