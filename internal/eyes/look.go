package eyes

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/osssync/osssync/internal/ui"
	"github.com/osssync/osssync/internal/watch"
)

// look is how a state shows: by a word, a glyph and a colour.
type look struct {
	Word  string
	Glyph string // symbol of the page
	Tone  string // class of the page: ok, busy, idle, warn or bad
	grave int    // the gravest state is that of the whole
}

var looks = map[watch.State]look{
	watch.InSync:     {"in sync", "check", "ok", 0},
	watch.Starting:   {"starting", "dots", "busy", 1},
	watch.Settling:   {"settling", "dots", "busy", 2},
	watch.Working:    {"working", "turn", "busy", 3},
	watch.Holding:    {"waiting", "pause", "idle", 4},
	watch.Degraded:   {"degraded", "warn", "warn", 5},
	watch.BackingOff: {"failing", "cross", "bad", 6},
	watch.Stopped:    {"halted", "stop", "bad", 7},
}

// specOff is the look of a watch whose spec as it stands is not in use.
var specOff = look{"spec not in use", "warn", "warn", 5}

// sumUp says how all mappings are doing together.
func (v *view) sumUp() {
	v.Look, v.Headline = looks[watch.Starting], "Starting"
	count := map[string]int{}
	for i := range v.Cards {
		l := v.Cards[i].Look
		if count[l.Word]++; i == 0 || l.grave > v.Look.grave {
			v.Look = l
		}
	}
	var parts []string
	for i := len(states) - 1; i >= 0; i-- { // the gravest first
		if word := gravity[i].Word; count[word] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count[word], word))
		}
	}
	switch {
	case len(parts) == 1 && len(v.Cards) == 1:
		v.Headline = "The mapping is " + v.Cards[0].Look.Word
	case len(parts) == 1:
		v.Headline = fmt.Sprintf("All %s are %s", ui.Count(int64(len(v.Cards)), "mapping"), v.Cards[0].Look.Word)
	case len(parts) > 1:
		v.Headline = strings.Join(parts, ", ")
	}
	if v.SpecError != "" {
		v.Headline += "; the spec as it stands is not in use"
		if specOff.grave > v.Look.grave {
			v.Look = specOff
		}
	}
	v.Title = v.Look.Word + " · osssync"
	v.Icon = icons[v.Look.Tone]
}

// gravity is the looks, the gravest last.
var gravity = func() []look {
	byGravity := make([]look, len(looks))
	for _, l := range looks {
		byGravity[l.grave] = l
	}
	return byGravity
}()

// icons are the favicons by tone: no request is made for them.
var icons = map[string]template.URL{
	"ok":   icon("1f883d", "M9 16.5l5 5 9-11"),
	"busy": icon("0969da", "M9 16h.01M16 16h.01M23 16h.01"),
	"idle": icon("6e7781", "M12 10v12M20 10v12"),
	"warn": icon("bf8700", "M16 8v10M16 23h.01"),
	"bad":  icon("cf222e", "M10 10l12 12M22 10L10 22"),
}

func icon(color, path string) template.URL {
	return template.URL("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E" +
		"%3Crect width='32' height='32' rx='8' fill='%23" + color + "'/%3E" +
		"%3Cpath d='" + path + "' fill='none' stroke='%23fff' stroke-width='4' stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E")
}
