package ui

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/osssync/osssync/plan"
)

// row is an action as the views show it. All text in it is fit to be printed.
type row struct {
	kind    kind
	name    string
	size    string   // "" where none is meant
	why     string   // reason in words, with what a reader has to know
	headers []string // "Name: value", sorted
}

// describe makes the row of a. now is the time that ages are counted to. With
// verbose the headers are whole; without, an upload whose only header is its
// Content-Type shows none.
func describe(a plan.Action, now time.Time, verbose bool) row {
	r := row{kind: kindOf(a), name: Name(a.Where()), why: a.Why().Text()}
	switch a := a.(type) {
	case *plan.Upload:
		r.size, r.headers = Bytes(a.Local.Size), uploadHeaders(a.Headers, verbose)
	case *plan.ResumeUpload:
		r.size, r.headers = Bytes(a.Local.Size), uploadHeaders(a.Headers, verbose)
		r.why += fmt.Sprintf("; %s in %s stored already, begun %s", Bytes(a.Bytes), Count(int64(a.Parts), "part"), since(now, a.Started))
	case *plan.Download:
		r.size = Bytes(a.Remote.Size)
		if a.Preserve {
			r.why += "; the file here goes to the trash"
		}
	case *plan.SetMeta:
		r.headers = headerLines(a.Headers)
	case *plan.DeleteRemote:
		r.size = Bytes(a.Before.Size)
		if a.HeldFor != "" {
			r.why += "; waits for one apply, for " + Name(a.HeldFor)
		}
	case *plan.DeleteLocal:
		r.size = Bytes(a.Before.Size)
	case *plan.AbortUpload:
		r.pending(a, now)
	case *plan.KeepUpload:
		r.pending((*plan.AbortUpload)(a), now)
	case *plan.Conflict:
		if a.Detail != "" {
			r.why += ": " + strings.ReplaceAll(Clean(a.Detail), "\n", "; ")
		}
	}
	return r
}

func (r *row) pending(a *plan.AbortUpload, now time.Time) {
	r.size = Bytes(a.Bytes)
	r.why += fmt.Sprintf("; %s, begun %s, id %s", Count(int64(a.Parts), "part"), since(now, a.Started), Name(a.UploadID))
}

// since tells how long ago something was, or when, if the time now is not known.
func since(now, then time.Time) string {
	if now.IsZero() {
		return then.UTC().Format("2006-01-02 15:04:05 MST")
	}
	return Age(now.Sub(then)) + " ago"
}

const contentType = "Content-Type"

func uploadHeaders(headers map[string]string, verbose bool) []string {
	if _, typed := headers[contentType]; !verbose && typed && len(headers) == 1 {
		return nil
	}
	return headerLines(headers)
}

func headerLines(headers map[string]string) []string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		lines = append(lines, strings.ReplaceAll(Clean(name+": "+headers[name]), "\n", `\n`))
	}
	return lines
}
