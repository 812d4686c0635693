package keymap

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDefaultKeysAreThoseOfTheDesign(t *testing.T) {
	k := Default()
	if got := k.Prefix().String(); got != "C-Space" {
		t.Errorf("prefix %s", got)
	}
	for _, c := range []struct {
		table Table
		keys  string
		want  Action
	}{
		{Prefix, "i", OpenInbox},
		{Prefix, "h Left", PaneLeft},
		{Prefix, "j Down", PaneDown},
		{Prefix, "k Up", PaneUp},
		{Prefix, "l Right", PaneRight},
		{Prefix, "1", Pane1},
		{Prefix, "9", Pane9},
		{Prefix, "n", NextPane},
		{Prefix, "p", PrevPane},
		{Prefix, "c", NewAgent},
		{Prefix, "x", CloseAgent},
		{Prefix, "z", Zoom},
		{Prefix, "[", CopyMode},
		{Prefix, "t", OpenLedger},
		{Prefix, "!", FullAccess},
		{Prefix, "L", SetLevel},
		{Prefix, "d", Detach},
		{Prefix, "?", Help},
		{Inbox, "j Down", Down},
		{Inbox, "k Up", Up},
		{Inbox, "a", Approve},
		{Inbox, "r", Reject},
		{Inbox, "Enter", Details},
		{Inbox, "v d", Diff},
		{Inbox, "A", ApproveAll},
		{Inbox, "m", AllowOn},
		{Inbox, "M", DenyOn},
		{Inbox, "u", Undo},
		{Inbox, "p", ShowOffer},
		{Detail, "m", AllowOn},
		{Detail, "M", DenyOn},
		{Inbox, "Space", Mark},
		{Inbox, "o", GoToPane},
		{Inbox, "/", Filter},
		{Inbox, "Esc q", Leave},
		{Copy, "v", Select},
		{Copy, "y", CopyText},
		{Ledger, "x", RemoveRule},
		{Ledger, "u", TakeBack},
		{Ledger, "Enter", Details},
		{Ledger, "Tab", NextTab},
	} {
		for _, s := range strings.Fields(c.keys) {
			key, err := Parse(s)
			if err != nil {
				t.Fatal(err)
			}
			if got := k.Action(c.table, key); got != c.want {
				t.Errorf("%s %s is %q, want %q", c.table, s, got, c.want)
			}
		}
	}
}

func TestEveryActionHasHelp(t *testing.T) {
	used := map[Action]bool{}
	for _, table := range Tables() {
		if table.Title() == string(table) {
			t.Errorf("table %s has no title", table)
		}
		for _, a := range Default().Actions(table) {
			used[a] = true
			if a.Help() == "" {
				t.Errorf("action %s has no help", a)
			}
		}
	}
	for a := range help {
		if !used[a] {
			t.Errorf("action %s is in no table", a)
		}
	}
}

func TestOverridesReplaceAnActionsKeys(t *testing.T) {
	k, err := New("C-a", map[string]map[string]any{
		"prefix": {"zoom": "Z", "detach": []any{"C-d", "d"}, "close-agent": []string{}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range []string{"z", "Z", "C-d", "d", "x", "i"} {
		key, _ := Parse(s)
		got = append(got, s+"="+string(k.Action(Prefix, key)))
	}
	want := []string{"z=", "Z=zoom", "C-d=detach", "d=detach", "x=", "i=inbox"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if k.Show(Prefix, Detach) != "C-d" || k.Show(Prefix, CloseAgent) != "" || k.Prefix().String() != "C-a" {
		t.Errorf("shows %q, %q, %v", k.Show(Prefix, Detach), k.Show(Prefix, CloseAgent), k.Prefix())
	}
}

func TestWrongOverridesAreErrorsThatNameTheNearest(t *testing.T) {
	for _, c := range []struct {
		name      string
		prefix    string
		overrides map[string]map[string]any
		want      string
	}{
		{"table", "", map[string]map[string]any{"inbx": {}}, "keys.inbx: there is no such table: did you mean inbox?"},
		{"action", "", map[string]map[string]any{"inbox": {"aprove": "y"}}, "keys.inbox.aprove: there is no such action: did you mean approve?"},
		{"far action", "", map[string]map[string]any{"ledger": {"frobnicate": "y"}}, "there are bottom, details,"},
		{"action of another table", "", map[string]map[string]any{"copy": {"approve": "y"}}, "keys.copy.approve: there is no such action"},
		{"key", "", map[string]map[string]any{"prefix": {"zoom": "C-Spce"}}, `keys.prefix.zoom: "C-Spce" is not a key: did you mean C-Space?`},
		{"not a string", "", map[string]map[string]any{"prefix": {"zoom": 1}}, "keys are a string or a list of strings"},
		{"not strings", "", map[string]map[string]any{"prefix": {"zoom": []any{"a", 1}}}, "1 is not a key"},
		{"conflict", "", map[string]map[string]any{"inbox": {"reject": "a"}}, "keys.inbox.reject: a is already approve"},
		{"prefix", "C-Spac", nil, `prefix: "C-Spac" is not a key: did you mean C-Space?`},
		{"prefix in its table", "C-d", map[string]map[string]any{"prefix": {"detach": "C-d"}}, "keys.prefix.detach: C-d is the prefix"},
		{"a letter as prefix", "a", nil, "prefix: a is typed into agents: it needs Ctrl or Alt"},
		{"a letter with Shift", "S-a", nil, "prefix: A is typed into agents"},
		{"a blank", "Space", nil, "prefix: Space is typed into agents"},
		{"what C-m is", "C-m", nil, "prefix: Enter is typed into agents"},
		{"no way back", "", map[string]map[string]any{"copy": {"leave": []any{}}}, "it needs a key"},
	} {
		k, err := New(c.prefix, c.overrides)
		if err == nil || k != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", c.name, err, c.want)
		}
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%s: %v is no *Error", c.name, err)
		}
	}
}

func TestAllThatIsWrongIsSaidAtOnce(t *testing.T) {
	_, err := New("no", map[string]map[string]any{"inbox": {"aprove": "y", "reject": "a"}, "x": nil})
	if err == nil || strings.Count(err.Error(), "\n") != 3 {
		t.Errorf("got %v", err)
	}
}

func TestChoosePrefixGivesWayToTheTmuxAround(t *testing.T) {
	key := func(s string) Key {
		k, err := Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	for _, c := range []struct {
		want  string
		outer []Key
		get   string
		note  bool
	}{
		{"C-Space", nil, "C-Space", false},
		{"C-Space", []Key{key("C-b")}, "C-Space", false},
		{"C-Space", []Key{key("C-Space")}, "C-]", true},
		{"C-b", []Key{key("C-a"), key("C-b")}, "C-]", true},
		{"C-]", []Key{key("C-]")}, `C-\`, true},
		{"C-a", []Key{key("C-a"), key("C-]")}, `C-\`, true},
	} {
		got, note := ChoosePrefix(key(c.want), c.outer)
		if got.String() != c.get || (note != "") != c.note {
			t.Errorf("%s in %v: %v, %q", c.want, c.outer, got, note)
		}
		if c.note && (!strings.Contains(note, c.want) || !strings.Contains(note, c.get)) {
			t.Errorf("the note %q does not name both", note)
		}
	}
}
