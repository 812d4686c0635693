package keymap

// Table is a set of keys that hold in one place.
type Table string

// The tables: after the prefix, in the inbox, in one approval's details (and in
// other text that is scrolled), in scroll and copy mode, and in the ledger view.
const (
	Prefix Table = "prefix"
	Inbox  Table = "inbox"
	Detail Table = "detail"
	Copy   Table = "copy"
	Ledger Table = "ledger"
)

// Tables are all tables, in the order in which help shows them.
func Tables() []Table { return []Table{Prefix, Inbox, Detail, Copy, Ledger} }

// Title is what help calls the table.
func (t Table) Title() string {
	switch t {
	case Prefix:
		return "after the prefix"
	case Inbox:
		return "in the inbox"
	case Detail:
		return "in the details"
	case Copy:
		return "in scroll and copy mode"
	case Ledger:
		return "in the ledger"
	}
	return string(t)
}

// Action is what a key does. Its text is its name in the configuration.
type Action string

// The actions. One that stands in several tables means the same in all of them.
const (
	OpenInbox  Action = "inbox"
	PaneUp     Action = "pane-up"
	PaneDown   Action = "pane-down"
	PaneLeft   Action = "pane-left"
	PaneRight  Action = "pane-right"
	Pane1      Action = "pane-1"
	Pane2      Action = "pane-2"
	Pane3      Action = "pane-3"
	Pane4      Action = "pane-4"
	Pane5      Action = "pane-5"
	Pane6      Action = "pane-6"
	Pane7      Action = "pane-7"
	Pane8      Action = "pane-8"
	Pane9      Action = "pane-9"
	NextPane   Action = "next-pane"
	PrevPane   Action = "previous-pane"
	NewAgent   Action = "new-agent"
	CloseAgent Action = "close-agent"
	Zoom       Action = "zoom"
	CopyMode   Action = "copy-mode"
	OpenLedger Action = "ledger"
	FullAccess Action = "full-access"
	SetLevel   Action = "level"
	Detach     Action = "detach"
	Help       Action = "help"
	Up         Action = "up"
	Down       Action = "down"
	Left       Action = "left"
	Right      Action = "right"
	PageUp     Action = "page-up"
	PageDown   Action = "page-down"
	HalfUp     Action = "half-page-up"
	HalfDown   Action = "half-page-down"
	Top        Action = "top"
	Bottom     Action = "bottom"
	LineStart  Action = "line-start"
	LineEnd    Action = "line-end"
	NextWord   Action = "next-word"
	PrevWord   Action = "previous-word"
	Select     Action = "select"
	SelectLine Action = "select-line"
	CopyText   Action = "copy"
	Search     Action = "search"
	SearchBack Action = "search-back"
	SearchNext Action = "search-next"
	SearchPrev Action = "search-previous"
	Approve    Action = "approve"
	Reject     Action = "reject"
	Details    Action = "details"
	Diff       Action = "diff"
	ApproveAll Action = "approve-all"
	AllowOn    Action = "allow-from-now-on"
	DenyOn     Action = "deny-from-now-on"
	Undo       Action = "undo"
	ShowOffer  Action = "show-offer"
	Mark       Action = "mark"
	GoToPane   Action = "go-to-pane"
	Filter     Action = "filter"
	NextTab    Action = "next-tab"
	RemoveRule Action = "remove-rule"
	TakeBack   Action = "take-back"
	Leave      Action = "leave"
)

// binding is an action with its keys as they are without configuration.
type binding struct {
	action Action
	keys   []string
}

// defaults holds each table's actions in the order in which help shows them.
var defaults = map[Table][]binding{
	Prefix: {
		{OpenInbox, []string{"i"}},
		{PaneLeft, []string{"h", "Left"}},
		{PaneDown, []string{"j", "Down"}},
		{PaneUp, []string{"k", "Up"}},
		{PaneRight, []string{"l", "Right"}},
		{Pane1, []string{"1"}},
		{Pane2, []string{"2"}},
		{Pane3, []string{"3"}},
		{Pane4, []string{"4"}},
		{Pane5, []string{"5"}},
		{Pane6, []string{"6"}},
		{Pane7, []string{"7"}},
		{Pane8, []string{"8"}},
		{Pane9, []string{"9"}},
		{NextPane, []string{"n"}},
		{PrevPane, []string{"p"}},
		{NewAgent, []string{"c"}},
		{CloseAgent, []string{"x"}},
		{Zoom, []string{"z"}},
		{CopyMode, []string{"["}},
		{OpenLedger, []string{"t"}},
		{FullAccess, []string{"!"}},
		{SetLevel, []string{"L"}},
		{Detach, []string{"d"}},
		{Help, []string{"?"}},
	},
	Inbox: {
		{Down, []string{"j", "Down"}},
		{Up, []string{"k", "Up"}},
		{Top, []string{"g", "Home"}},
		{Bottom, []string{"G", "End"}},
		{Approve, []string{"a"}},
		{Reject, []string{"r"}},
		{Details, []string{"Enter"}},
		{Diff, []string{"v", "d"}},
		{ApproveAll, []string{"A"}},
		{AllowOn, []string{"m"}},
		{DenyOn, []string{"M"}},
		{Undo, []string{"u"}},
		{ShowOffer, []string{"p"}},
		{Mark, []string{"Space"}},
		{GoToPane, []string{"o"}},
		{Filter, []string{"/"}},
		{Leave, []string{"Escape", "q"}},
	},
	Detail: {
		{Approve, []string{"a"}},
		{Reject, []string{"r"}},
		{AllowOn, []string{"m"}},
		{DenyOn, []string{"M"}},
		{Diff, []string{"v", "d"}},
		{GoToPane, []string{"o"}},
		{Down, []string{"j", "Down"}},
		{Up, []string{"k", "Up"}},
		{PageDown, []string{"PageDown", "Space", "C-f"}},
		{PageUp, []string{"PageUp", "C-b"}},
		{HalfDown, []string{"C-d"}},
		{HalfUp, []string{"C-u"}},
		{Top, []string{"g", "Home"}},
		{Bottom, []string{"G", "End"}},
		{Leave, []string{"Escape", "q"}},
	},
	Copy: {
		{Down, []string{"j", "Down"}},
		{Up, []string{"k", "Up"}},
		{Left, []string{"h", "Left"}},
		{Right, []string{"l", "Right"}},
		{PageDown, []string{"PageDown", "C-f"}},
		{PageUp, []string{"PageUp", "C-b"}},
		{HalfDown, []string{"C-d"}},
		{HalfUp, []string{"C-u"}},
		{Top, []string{"g"}},
		{Bottom, []string{"G"}},
		{LineStart, []string{"0", "Home"}},
		{LineEnd, []string{"$", "End"}},
		{NextWord, []string{"w"}},
		{PrevWord, []string{"b"}},
		{Select, []string{"v", "Space"}},
		{SelectLine, []string{"V"}},
		{CopyText, []string{"y", "Enter"}},
		{Search, []string{"/"}},
		{SearchBack, []string{"?"}},
		{SearchNext, []string{"n"}},
		{SearchPrev, []string{"N"}},
		{Leave, []string{"Escape", "q", "C-c"}},
	},
	Ledger: {
		{Down, []string{"j", "Down"}},
		{Up, []string{"k", "Up"}},
		{PageDown, []string{"PageDown", "Space", "C-f"}},
		{PageUp, []string{"PageUp", "C-b"}},
		{HalfDown, []string{"C-d"}},
		{HalfUp, []string{"C-u"}},
		{Top, []string{"g", "Home"}},
		{Bottom, []string{"G", "End"}},
		{NextTab, []string{"Tab"}},
		{Details, []string{"Enter"}},
		{TakeBack, []string{"u"}},
		{RemoveRule, []string{"x"}},
		{Leave, []string{"Escape", "q", "t"}},
	},
}

// help says in a few words what each action does.
var help = map[Action]string{
	OpenInbox:  "go to the inbox",
	PaneUp:     "go to the pane above",
	PaneDown:   "go to the pane below",
	PaneLeft:   "go to the pane on the left",
	PaneRight:  "go to the pane on the right, or the inbox",
	Pane1:      "go to pane 1",
	Pane2:      "go to pane 2",
	Pane3:      "go to pane 3",
	Pane4:      "go to pane 4",
	Pane5:      "go to pane 5",
	Pane6:      "go to pane 6",
	Pane7:      "go to pane 7",
	Pane8:      "go to pane 8",
	Pane9:      "go to pane 9",
	NextPane:   "go to the next pane",
	PrevPane:   "go to the previous pane",
	NewAgent:   "start another agent",
	CloseAgent: "end the agent and close its pane (asks)",
	Zoom:       "show only this pane, or all of them again",
	CopyMode:   "scroll and copy",
	OpenLedger: "show the ledger: what was asked and decided",
	FullAccess: "switch full access on or off (asks)",
	SetLevel:   "choose the approval level of this agent (asks)",
	Detach:     "leave; the agents go on",
	Help:       "show the keys",
	Up:         "up",
	Down:       "down",
	Left:       "left",
	Right:      "right",
	PageUp:     "a page up",
	PageDown:   "a page down",
	HalfUp:     "half a page up",
	HalfDown:   "half a page down",
	Top:        "to the top",
	Bottom:     "to the bottom",
	LineStart:  "to the start of the line",
	LineEnd:    "to the end of the line",
	NextWord:   "to the next word",
	PrevWord:   "to the previous word",
	Select:     "begin to select, or stop",
	SelectLine: "select whole lines",
	CopyText:   "copy what is selected and leave",
	Search:     "search downwards",
	SearchBack: "search upwards",
	SearchNext: "search again",
	SearchPrev: "search again the other way",
	Approve:    "approve; changes of files: keep them (asks what else is yours)",
	Reject:     "reject, with a reason for the agent; changes of files: take them back (asks)",
	Details:    "show everything about it",
	Diff:       "show the whole diff",
	ApproveAll: "approve all that is shown (asks, with the list)",
	AllowOn:    "allow it and its like from now on: shows the pattern to edit",
	DenyOn:     "deny it and its like from now on, with a reason",
	Undo:       "take back what was remembered last (asks)",
	ShowOffer:  "show the rules that kavi proposes",
	Mark:       "mark, to approve or reject several at once",
	GoToPane:   "go to the pane that asks",
	Filter:     "show only what holds a word",
	NextTab:    "the next tab: entries, rules in force",
	TakeBack:   "undo what the call under the cursor changed in files (asks)",
	RemoveRule: "take back a remembered rule (asks)",
	Leave:      "go back",
}

// Help says in a few words what the action does.
func (a Action) Help() string { return help[a] }

// Pane is the number of the pane that the action goes to, 1 to 9, or 0.
func (a Action) Pane() int {
	if len(a) == len(Pane1) && a[:5] == Pane1[:5] && a[5] >= '1' && a[5] <= '9' {
		return int(a[5] - '0')
	}
	return 0
}
