from makerlab.cli.main import main

main()
