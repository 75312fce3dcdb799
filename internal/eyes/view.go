package eyes

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/osssync/osssync/internal/ui"
	"github.com/osssync/osssync/internal/watch"
)

// Bounds of what the page shows of a mapping; `osssync status` has the rest.
const (
	shownTransfers = 6
	shownChanges   = 12
	shownErrors    = 6
	shownText      = 600 // bytes of a text
)

// view is a status in words, for the template. What is from outside is in a form that
// shows.
type view struct {
	Look      look
	Headline  string
	Title     string
	Icon      template.URL
	Version   string
	Spec      string
	Process   string
	Started   moment
	At        moment
	Millis    int64 // of At, since 1970
	SpecError string
	Dropped   string
	Traffic   bool // it is known
	Sent      int64
	Received  int64
	Cards     []card
}

// card is one mapping.
type card struct {
	Name     string
	From, To string
	Look     look
	Since    moment
	Reason   string
	Hint     []piece
	Trouble  *failure // that Reason tells of; nil if it is not one of those that are remembered

	Busy      bool
	Progress  progress
	Transfers []progress
	More      string

	LastPass, Converged, NextPass moment

	Facts   []fact
	Notes   []string
	Changes []change
	Errors  []failure
}

// fact is a term and what is to be said of it.
type fact struct{ Term, Text string }

// change is one change that was done, or not.
type change struct {
	At      moment
	Word    string
	Glyph   string
	Path    string
	Size    string
	Detail  string // why, or why not
	Trouble bool
}

// failure is one trouble.
type failure struct {
	At                  moment
	Kind, Error, Repeat string
	Hint                []piece
}

// piece is text, or something to type.
type piece struct {
	Text string
	Code bool
}

// progress is how far something is; Max is 0 while that is not known.
type progress struct {
	Label, Text, Part string
	Value, Max        int64
}

// see makes the view of the board as it is now.
func (s *Server) see() *view {
	now := s.opts.Now().UTC()
	status := s.board.Status()
	v := &view{
		Version: text(s.opts.Version), Spec: text(status.Spec), Process: fmt.Sprintf("pid %d on %s", status.PID, text(status.Host)),
		Started: ago(now, status.Started), At: ago(now, now), Millis: now.UnixMilli(), SpecError: text(status.SpecError),
	}
	if status.LogDropped > 0 {
		v.Dropped = ui.Count(status.LogDropped, "line") + " of the log were dropped"
	}
	v.Sent, v.Received, v.Traffic = s.opts.Traffic.bytes()
	for i := range status.Mappings {
		v.Cards = append(v.Cards, newCard(now, &status.Mappings[i]))
	}
	v.sumUp()
	return v
}

func newCard(now time.Time, m *watch.MappingStatus) card {
	c := card{
		Name: m.Name, From: text(m.Local), To: text(m.Remote), Look: looks[m.State], Since: span(now, m.Since),
		Reason: text(m.Reason), Hint: pieces(m.Hint),
		LastPass: ago(now, m.LastPass), Converged: ago(now, m.LastConverged), NextPass: due(now, m.NextPass),
		Busy: m.State == watch.Working || m.Total.Actions > 0 || len(m.InFlight) > 0,
	}
	if m.Direction == "pull" {
		c.From, c.To = c.To, c.From
	}
	if c.Busy {
		c.Progress = ofPass(m)
	}
	for i := range m.InFlight[:min(len(m.InFlight), shownTransfers)] {
		t := &m.InFlight[i]
		c.Transfers = append(c.Transfers, measured(name(t.Path), ui.Bytes(t.Done)+" of "+ui.Bytes(t.Total), t.Done, t.Total))
	}
	if more := len(m.InFlight) - len(c.Transfers); more > 0 {
		c.More = fmt.Sprintf("and %d more", more)
	}
	c.tell(m)
	for i := len(m.Changes) - 1; i >= max(0, len(m.Changes)-shownChanges); i-- {
		c.Changes = append(c.Changes, newChange(now, &m.Changes[i]))
	}
	for _, f := range slices.Backward(m.Errors[max(0, len(m.Errors)-shownErrors):]) {
		shown := failure{At: ago(now, f.Time), Kind: f.Kind, Error: text(f.Error), Hint: pieces(f.Hint)}
		if f.Repeat > 0 {
			shown.Repeat = fmt.Sprintf("%s times", ui.Number(f.Repeat+1))
		}
		if c.Trouble == nil && len(c.Errors) == 0 && shown.Error == c.Reason {
			c.Trouble = &shown // the newest, which is shown already
			continue
		}
		c.Errors = append(c.Errors, shown)
	}
	return c
}

// tell adds what numbers say.
func (c *card) tell(m *watch.MappingStatus) {
	by := "the rescan alone"
	if m.Watching {
		by = "events and the rescan"
	}
	c.Facts = []fact{
		{"Queue", ui.Count(m.Pending, "path")},
		{"Done since start", ui.Count(m.Counts.Changed(), "change") + ", " + strings.ReplaceAll(ui.Bytes(m.Counts.Bytes), " ", "\u00a0")},
		{"Told of changes by", by},
	}
	if m.Kept > 0 {
		c.Notes = append(c.Notes, ui.Count(m.Kept, "change")+" of others are left (drift: report)")
	}
	if m.Extra > 0 {
		side, lacks := "object", "a file"
		if m.Direction == "pull" {
			side, lacks = "file", "an object"
		}
		c.Notes = append(c.Notes, fmt.Sprintf("%s without %s; prune leaves them", ui.Count(m.Extra, side), lacks))
	}
}

// ofPass is how far the pass under way is.
func ofPass(m *watch.MappingStatus) progress {
	if m.Total.Actions == 0 {
		return progress{Label: "Pass", Text: "comparing both sides"}
	}
	label := fmt.Sprintf("%s of %s", ui.Number(m.Done.Actions), ui.Count(m.Total.Actions, "change"))
	if m.Total.Bytes == 0 {
		return measured("Pass", label, m.Done.Actions, m.Total.Actions)
	}
	return measured("Pass", label+", "+ui.Bytes(m.Done.Bytes)+" of "+ui.Bytes(m.Total.Bytes), m.Done.Bytes, m.Total.Bytes)
}

func measured(label, text string, value, most int64) progress {
	p := progress{Label: label, Text: text, Value: min(value, most), Max: most}
	if most > 0 {
		p.Part = fmt.Sprintf("%d %%", int(100*float64(p.Value)/float64(most)))
	}
	return p
}

// words are the actions of plan files as what was done, and their glyphs.
var words = map[string][2]string{
	"upload": {"uploaded", "up"}, "resume-upload": {"uploaded", "up"}, "download": {"downloaded", "down"}, "set-meta": {"headers set", "tag"},
	"delete-remote": {"deleted", "minus"}, "delete-local": {"deleted", "minus"}, "abort-upload": {"upload aborted", "minus"},
}

func newChange(now time.Time, c *watch.Change) change {
	shown := change{At: ago(now, c.Time), Path: name(c.Path), Detail: text(c.Reason), Word: c.Action, Glyph: "dots"}
	if w, known := words[c.Action]; known {
		shown.Word, shown.Glyph = w[0], w[1]
	}
	if c.Bytes > 0 {
		shown.Size = ui.Bytes(c.Bytes)
	}
	if c.Outcome != "done" {
		shown.Word, shown.Glyph, shown.Trouble = strings.ReplaceAll(c.Action, "-", " ")+" "+c.Outcome, "warn", true
		if c.Error != "" {
			shown.Detail = text(c.Error)
		}
	}
	return shown
}

// name returns a name from outside in a form that shows. A path of OSS has at most
// 1023 bytes.
func name(path string) string { return cut(ui.Name(path)) }

// text returns text of mixed origin in a form that shows.
func text(mixed string) string { return cut(ui.Clean(mixed)) }

// pieces returns text in which backquotes stand around what is to be typed.
func pieces(mixed string) []piece {
	var all []piece
	for i, part := range strings.Split(text(mixed), "`") {
		if part != "" {
			all = append(all, piece{part, i%2 == 1})
		}
	}
	return all
}

// cut bounds what one text takes of a page.
func cut(s string) string {
	if len(s) <= shownText {
		return s
	}
	return strings.ToValidUTF8(s[:shownText], "") + "…"
}
