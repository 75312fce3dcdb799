package eyes

import (
	"time"

	"github.com/osssync/osssync/internal/ui"
)

// moment is a time beside another one. The page counts on from there by itself.
type moment struct {
	ISO  string // "" if it was not reached or is not known
	Full string
	When string // how Text is made: ago, in or for
	Text string
}

func beside(t time.Time, when, text string) moment {
	t = t.UTC()
	return moment{ISO: t.Format(time.RFC3339), Full: t.Format("2006-01-02 15:04:05 UTC"), When: when, Text: text}
}

// age is a span of time, without the seconds of a longer one: a page that counts them
// is restless.
func age(d time.Duration) string {
	if d >= time.Minute {
		d = d.Truncate(time.Minute)
	}
	return ui.Age(d)
}

// ago is a time that has been.
func ago(now, t time.Time) moment {
	if t.IsZero() {
		return moment{Text: "never"}
	}
	return beside(t, "ago", age(now.Sub(t))+" ago")
}

// due is a time that is to come.
func due(now, t time.Time) moment {
	if t.IsZero() {
		return moment{Text: "not known"}
	}
	if !t.After(now) {
		return beside(t, "in", "now")
	}
	return beside(t, "in", "in "+age(t.Sub(now)))
}

// span is the time from t until now.
func span(now, t time.Time) moment {
	if t.IsZero() {
		return moment{}
	}
	return beside(t, "for", "for "+age(now.Sub(t)))
}
