package shell

import "strings"

// admin are tools that show the machine's settings unless they are given more.
// What is known to show only is listed: their commands may be shortened to a
// letter, so that what changes something cannot be.
func (c *cmd) admin(name string, words []word) {
	switch name {
	case "getent":
		if !allKnown(words) || anyOf(words, "hosts", "ahosts", "ahostsv4", "ahostsv6", "networks") {
			c.add(Effect{Kind: Network, Why: "looks a name up"})
		}
	case "openssl":
		c.openssl(words)
	case "crontab":
		if !anyOf(words, "-l") || anyOf(words, "-r", "-e") || !allKnown(words) {
			c.opaque("changes what runs later")
			c.changesMachine()
		}
	case "journalctl":
		c.journalctl(words)
	case "resolvectl":
		if allKnown(words) && (len(words) == 0 || words[0].is("status", "statistics")) {
			break
		}
		c.add(Effect{Kind: Network, Why: "looks names up"})
		c.changesMachine()
	default:
		if !allKnown(words) || !showsMachine(name, words) {
			c.changesMachine()
		}
	}
	c.done()
}

func (c *cmd) changesMachine() {
	c.add(Effect{Kind: Privilege, Why: "changes the machine's settings"})
	c.outside("changes the machine's settings")
}

func allKnown(words []word) bool {
	for _, w := range words {
		if !w.known() {
			return false
		}
	}
	return true
}

func anyOf(words []word, texts ...string) bool {
	for _, w := range words {
		if w.is(texts...) {
			return true
		}
	}
	return false
}

// shows is what makes a tool show something: the options that change nothing, the
// things that it may be asked about, and the verbs that may follow one of these.
type shows struct{ options, things, verbs string }

// showing are the tools that are asked about a thing: ip addr show, nmcli dev status.
var showing = map[string]shows{
	"ip": {
		" -4 -6 -0 -s -ss -stats -statistics -d -details -h -human -human-readable -j -json -p -pretty -o -oneline -br -brief -c -color " +
			"-r -resolve -t -timestamp -N -Numeric -V -Version ",
		" address addr a link l route r ro rule ru neighbour neighbor neigh n maddress maddr mroute tunnel ntable netns vrf ",
		" show list lst ls get help ",
	},
	"tc":          {" -s -d -r -p -j -stats -statistics -details -raw -pretty -json -iec ", " qdisc class filter action chain ", " show list ls "},
	"nmcli":       {" -t -p -a --terse --pretty --ask ", " general device dev connection con radio networking ", " status show list "},
	"brctl":       {"", " show showmacs showstp ", ""},
	"hostnamectl": {" --no-pager --static --transient --pretty --json=short --json=pretty ", " status ", ""},
	"timedatectl": {
		" --no-pager -a --all --value -p --property ", " status show list-timezones timesync-status show-timesync ", "",
	},
	"loginctl": {
		" --no-pager --no-legend -a --all -l --full --value ",
		" list-sessions list-users list-seats session-status user-status seat-status show-session show-user show-seat ", "",
	},
}

func in(list, word string) bool { return word != "" && strings.Contains(list, " "+word+" ") }

// showsMachine reports whether a tool only shows.
func showsMachine(name string, words []word) bool {
	if s, ok := showing[name]; ok {
		i := 0
		for i < len(words) && in(s.options, words[i].text) {
			i++
		}
		rest := words[i:]
		switch {
		case len(rest) == 0:
			return true
		case !in(s.things, rest[0].text):
			return false
		case s.verbs == "" || len(rest) == 1:
			return !dashed(rest)
		}
		return in(s.verbs, rest[1].text) && !dashed(rest)
	}
	switch name {
	case "ifconfig", "iwconfig":
		return len(words) == 0 || len(words) == 1 && (!dashed(words) || words[0].is("-a", "-l", "-s"))
	case "ethtool":
		return len(words) == 1 && !dashed(words) || len(words) == 2 && words[0].is("-i", "-k", "-a", "-g", "-c", "-l", "-S", "-T", "-P")
	case "arp":
		return only(words, " -a -n -e -v -an -na ")
	case "route":
		return only(words, " -n -e -v -ne -en ") || len(words) < 4 && anyOf(words[:min(2, len(words))], "get")
	case "iw":
		return only(words, " dev phy list ") || len(words) > 2 && words[0].is("dev", "phy") && only(words[2:], " info link station dump ")
	case "networksetup":
		return len(words) > 0 && (strings.HasPrefix(words[0].text, "-get") || strings.HasPrefix(words[0].text, "-list"))
	case "scutil":
		return len(words) == 1 && words[0].is("--dns", "--proxy", "--nwi") || len(words) == 2 && words[0].is("--get")
	case "sysctl":
		for _, w := range words {
			flag := strings.HasPrefix(w.text, "-")
			if strings.Contains(w.text, "=") || flag && strings.Trim(w.text[1:], "aAnNeqbdhoxX") != "" && !w.is("--all", "--names", "--values") {
				return false
			}
		}
		return true
	}
	return false
}

func only(words []word, list string) bool {
	for _, w := range words {
		if !in(list, w.text) {
			return false
		}
	}
	return true
}

// dashed reports whether a word looks like an option.
func dashed(words []word) bool {
	for _, w := range words {
		if strings.HasPrefix(w.text, "-") {
			return true
		}
	}
	return false
}

// journalctl shows the journal; options, which may be shortened, change it or
// write where it got to into a file.
func (c *cmd) journalctl(words []word) {
	const changes = "vacuum-size vacuum-time vacuum-files rotate flush sync relinquish-var smart-relinquish-var update-catalog setup-keys machine"
	for i, w := range words {
		name, value, has := strings.Cut(strings.TrimLeft(w.text, "-"), "=")
		switch {
		case w.maybeOption() && !w.known():
			c.opaque("it may be given an option that is known only when it runs")
		case strings.HasPrefix(w.text, "-M"):
			c.changesMachine()
		case !strings.HasPrefix(w.text, "--") || len(name) == 0:
		case strings.HasPrefix("cursor-file", name):
			to := word{kind: w.kind, text: value, src: w.src}
			if !has {
				to = word{}
				if i+1 < len(words) {
					to = words[i+1]
				}
			}
			c.add(c.a.writes(to, true, c.st)...)
		default:
			for one := range strings.FieldsSeq(changes) {
				if strings.HasPrefix(one, name) {
					c.changesMachine()
					break
				}
			}
		}
	}
}

// openssl computes and shows some things; for the rest it makes keys, writes files
// and speaks to others. Any command takes -provider and -engine, which load code.
func (c *cmd) openssl(words []word) {
	harmless := len(words) > 0 && words[0].is("version", "help", "list", "errstr", "prime", "rand")
	for i, w := range words {
		name, value, has := strings.Cut(strings.TrimLeft(w.text, "-"), "=")
		if !w.known() || i > 0 && strings.HasPrefix(w.text, "-") && !in(opensslShows, name) || has {
			harmless = false
		}
		if !strings.HasPrefix(w.text, "-") {
			if i > 0 && (w.known() && c.exists(w) || !w.known()) {
				c.add(c.a.reads(w, c.st)...) // a file, or the value of -in and many more
			}
			continue
		}
		if has && (!w.known() || c.exists(exactWord(value))) {
			c.add(c.a.reads(w.cut(strings.IndexByte(w.text, '=')+1), c.st)...)
		}
		to := word{kind: w.kind, text: value, src: w.src}
		if !has {
			to = word{}
			if i+1 < len(words) {
				to = words[i+1]
			}
		}
		switch name {
		case "out", "keyout", "writerand", "CAserial", "certsout", "out_trusted", "prexit", "keylogfile", "sess_out", "msgfile", "cert_out":
			c.add(c.a.writes(to, true, c.st)...)
		case "outdir", "newcerts":
			c.add(c.a.writes(to, false, c.st)...)
		case "engine", "provider", "provider-path", "config", "propquery", "rand_engine", "keyform_engine", "engine_impl", "ssl_client_engine":
			c.opaque("loads a library")
		}
	}
	switch {
	case harmless:
	case anyOf(words[:min(1, len(words))], "s_client", "s_server", "ocsp", "s_time", "cmp"):
		c.add(Effect{Kind: Network, Why: "uses the network"})
	default:
		c.unknown("makes or changes keys")
	}
}

// opensslShows are options of openssl's that only say what is shown.
const opensslShows = " hex base64 a b d e f o p r v c checks bits generate safe commands digest-commands digest-algorithms cipher-commands " +
	"cipher-algorithms standard-commands disabled providers public-key-algorithms public-key-methods objects options verbose one 1 "
