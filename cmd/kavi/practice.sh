# The practice agent of `kavi demo`: it does what a coding agent does, slowly
# enough to follow. It is run by the system's own sh; every command that it runs
# goes through $SHELL, as a coding agent's do, and so through the gateway.
#
# KAVI_DEMO_URL is a page on this machine; KAVI_DEMO_PREFIX is what kavi's keys begin with.

bold=$(printf '\033[1m')
plain=$(printf '\033[0m')

say() { printf '%s\n' "$*"; }

# run WHY COMMAND: ask by doing, as agents do.
run() {
	printf '\n%s%s%s\n$ %s\n' "$bold" "$1" "$plain" "$2"
	"${SHELL:-/bin/sh}" -c "$2"
	code=$?
	case $code in
	0) ;;
	126) say "You denied that; I was told why, and go on." ;;
	*) say "That ended with exit code $code." ;;
	esac
}

# Its words fit into the pane of a terminal of 100 columns, beside the inbox.
say "${bold}I am a practice agent.${plain} I do what coding agents do:"
say "read, edit, test, delete, fetch, commit."
say "None of it runs before you say so."
say ""
say "Each command waits in the inbox."
say "Press $KAVI_DEMO_PREFIX, then i, to go there."
say "Then a approves, r rejects with a reason, Enter shows all."
say "After the last item your keys are back here,"
say "until $KAVI_DEMO_PREFIX i."

run "I want to know what there is." 'ls; cat notes.txt'

run "Something is missing. I add it." "echo '  tomatoes' >> notes.txt"

run "Are the tests content? They run a script, and what it
starts is covered by your answer." \
	'sh ./check.sh'

run "I tidy up. This one deletes, so a works
only after its end was shown: Enter shows all.
Or reject it." \
	'rm -r old'

if command -v curl >/dev/null 2>&1; then
	fetch="curl -sS $KAVI_DEMO_URL"
elif command -v wget >/dev/null 2>&1; then
	fetch="wget -qO- $KAVI_DEMO_URL"
else
	fetch="git ls-remote $KAVI_DEMO_URL"
fi
run "I fetch a page. It comes from this machine;
the gateway asks all the same." "$fetch"

run "And I commit what I did.
The inbox shows which files go in." \
	'git commit -a -m "Plant tomatoes"'

say ""
say "${bold}That was all.${plain}"
say "$KAVI_DEMO_PREFIX, then t shows the ledger: all was written down."
say "$KAVI_DEMO_PREFIX, then d leaves, and the demo takes away"
say "what it made."
