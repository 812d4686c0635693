package shim

// started is what a shell's own arguments make it run. It must be what the real
// shell makes of them, for the gateway judges this and the shell runs that; where
// the two could differ, odd is set, nothing else is claimed, and the gateway asks.
type started struct {
	command     string // the text after -c
	hasCommand  bool
	script      string // the script file as given
	hasScript   bool
	stdin       bool // -s, or neither of both: commands come from standard input
	interactive bool // -i
	odd         bool
}

// parse reads the arguments (argv without argv[0]) of the shell called name.
func parse(name string, args []string) started {
	var s started
	switch name {
	case "zsh":
		s = parseZsh(args)
	case "fish":
		s = parseFish(args)
	default:
		s = parsePosix(name, args)
	}
	if s.odd {
		return started{odd: true}
	}
	if !s.hasCommand && !s.hasScript {
		s.stdin = true
	}
	return s
}

// Options of one letter without an argument, besides c, s, i, o and O. A letter
// that a shell does not have ends it with an error.
const (
	bashFlags = "abefhklmnprtuvxBCEHPT"
	dashFlags = "aCbefImnuvVxEpl"
	kshFlags  = "abefhklmnprtuvxBCEGH"
	bothFlags = "aCbefmnuvxl" // sh may be dash or bash, and others
)

// parsePosix reads what sh, bash, dash and ksh have in common, and bash's long
// options, which come before the short ones: see parse_long_options and
// parse_shell_options in bash's shell.c, options() in dash's options.c.
func parsePosix(name string, args []string) (s started) {
	flags, isBash := bothFlags, false
	switch name {
	case "bash":
		flags, isBash = bashFlags, true
	case "dash":
		flags = dashFlags
	case "ksh":
		flags = kshFlags
	}
	i, rcfile := 0, false
	if isBash {
		for ; i < len(args) && hasPrefix(args[i], "-"); i++ {
			n, rc, ok := bashLong(args[i])
			if !ok {
				break
			}
			if rcfile = rcfile || rc; n == 2 {
				i++
			}
		}
	}
	for i < len(args) && args[i] != "" && (args[i][0] == '-' || args[i][0] == '+') {
		word := args[i]
		i++
		if word == "-" || word == "--" {
			break
		}
		for _, c := range []byte(word[1:]) {
			switch {
			case c == 'c' && word[0] == '-':
				s.hasCommand = true
			case c == 's' && word[0] == '-':
				s.stdin = true
			case c == 'i' && word[0] == '-':
				s.interactive = true
			case c == 'o', c == 'O' && isBash:
				// The name is the next word, also when more letters follow.
				if i >= len(args) || !optionName(args[i]) || name == "ksh" && word[len(word)-1] != 'o' {
					return started{odd: true}
				}
				i++
			case index(flags, c) < 0:
				return started{odd: true}
			}
		}
	}
	if rcfile && (s.interactive || i == len(args)) {
		return started{odd: true} // it runs another file first
	}
	if i > len(args) {
		return started{odd: true}
	}
	s.take(args[i:])
	return s
}

// take reads what is left after the options.
func (s *started) take(rest []string) {
	switch {
	case s.hasCommand && len(rest) == 0:
		s.odd = true
	case s.hasCommand:
		s.command = rest[0]
	case len(rest) > 0 && !s.stdin:
		s.script, s.hasScript = rest[0], true
	}
}

// bashLong reports how many words bash's long option takes, 0 if it is none, and
// whether it names a file to run. Bash takes them with one dash too.
func bashLong(word string) (words int, rcfile, ok bool) {
	switch trimPrefix(word[1:], "-") {
	case "login", "noediting", "noprofile", "norc", "posix", "restricted", "verbose":
		return 1, false, true
	case "rcfile", "init-file":
		return 2, true, true
	}
	return 0, false, false
}

// optionName reports whether s can name an option of set -o or shopt.
func optionName(s string) bool {
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && c != '_' && (c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

// parseZsh follows parseopts in zsh's init.c: -o takes the rest of its word, or the
// next one; --NAME is -o NAME; no other option takes an argument.
func parseZsh(args []string) (s started) {
	i := 0
	for i < len(args) && args[i] != "" && (args[i][0] == '-' || args[i][0] == '+') {
		word := args[i]
		i++
		if word == "-" || word == "--" {
			break
		}
		if hasPrefix(word, "--") {
			if !optionName(plainName(word[2:])) || word == "--emulate" || word == "--version" || word == "--help" {
				return started{odd: true}
			}
			continue
		}
	letters:
		for j, c := range []byte(word[1:]) {
			switch {
			case c == 'o':
				name := word[j+2:]
				if name == "" && i < len(args) {
					name = args[i]
					i++
				}
				if !optionName(plainName(name)) {
					return started{odd: true}
				}
				switch plainName(name) {
				case "shinstdin":
					s.stdin = true
				case "interactive":
					s.interactive = true
				case "pathscript":
					return started{odd: true}
				}
				break letters
			case c == 'c' && word[0] == '-':
				s.hasCommand = true
			case c == 's' && word[0] == '-':
				s.stdin = true
			case c == 'i' && word[0] == '-':
				s.interactive = true
			case c == 'b', c == 'c', c == 's', c == 'i':
				return started{odd: true}
			case ('a' > c || c > 'z') && ('A' > c || c > 'Z') && ('0' > c || c > '9'):
				return started{odd: true}
			}
		}
	}
	s.take(args[i:])
	return s
}

// parseFish follows fish's getopt_long: options end at the first word that is
// none; -c may come more than once and all of them run; -C is left to the gateway
// as odd.
func parseFish(args []string) (s started) {
	run := func(text string) {
		if s.hasCommand {
			s.command += "\n"
		}
		s.command += text
		s.hasCommand = true
	}
	i := 0
	next := func() (string, bool) {
		if i >= len(args) {
			return "", false
		}
		i++
		return args[i-1], true
	}
	for i < len(args) && hasPrefix(args[i], "-") && args[i] != "-" {
		word := args[i]
		i++
		if word == "--" {
			break
		}
		if hasPrefix(word, "--") {
			name, value, has := cut(word[2:], '=')
			switch name {
			case "command":
				if !has {
					if value, has = next(); !has {
						return started{odd: true}
					}
				}
				run(value)
			case "interactive":
				s.interactive = true
			case "login", "no-config", "no-execute", "private":
				if has {
					return started{odd: true}
				}
			default: // abbreviations are allowed, so whatever is left may mean anything
				return started{odd: true}
			}
			continue
		}
	letters:
		for j, c := range []byte(word[1:]) {
			switch c {
			case 'c':
				value := word[j+2:]
				if value == "" {
					var ok bool
					if value, ok = next(); !ok {
						return started{odd: true}
					}
				}
				run(value)
				break letters
			case 'i':
				s.interactive = true
			case 'l', 'n', 'N', 'P':
			default:
				return started{odd: true}
			}
		}
	}
	if s.hasCommand {
		return s
	}
	s.take(args[i:])
	return s
}
