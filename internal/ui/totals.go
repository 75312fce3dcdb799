package ui

import (
	"fmt"
	"strings"

	"github.com/osssync/osssync/plan"
	"github.com/osssync/osssync/spec"
)

// totals tells what a plan comes to.
type totals struct {
	head string   // one sentence, or the head of a list
	due  []string // the list: what will change
	tail []string // sentences: what will not, and what it takes
}

func totalsOf(s *plan.Summary, prune string) totals {
	t := totals{head: fmt.Sprintf("No changes. %s.", matching(s))}
	if s.Changes() > 0 {
		t.head, t.due = Count(s.Changes(), "change")+":", due(s)
	}
	if s.AllReplaced() {
		t.tail = append(t.tail, fmt.Sprintf("All %s that both sides have differ in content: another folder or another build looks like this.", Count(s.Replace, "file")))
	}
	if rest := rest(s, prune); len(rest) > 0 {
		t.tail = append(t.tail, "Not touched: "+sentence(rest))
	}
	if s.Unmoved > 0 && s.Deletes() > 0 {
		t.tail = append(t.tail, fmt.Sprintf("Deletes will be held: %s is not sent, and content that is missing elsewhere may be there under a new name. Make it readable, rename it, or exclude or allow it.", unmoved(s)))
	}
	if s.Cost.Requests > 0 {
		t.tail = append(t.tail, fmt.Sprintf("About %s, %s over the network.", Count(s.Cost.Requests, "request"), Bytes(s.Cost.Bytes)))
	}
	return t
}

func matching(s *plan.Summary) string {
	if s.Unchanged == 1 {
		return "1 object matches"
	}
	return Count(s.Unchanged, "object") + " match"
}

// unmoved names what a delete waits for.
func unmoved(s *plan.Summary) string {
	if s.Unmoved == 1 {
		return Name(s.UnmovedAt)
	}
	return fmt.Sprintf("%s and %s more", Name(s.UnmovedAt), Number(s.Unmoved-1))
}

// due tells what will change.
func due(s *plan.Summary) []string {
	var parts []string
	add := func(t plan.Tally, thing, what string) {
		if t.Objects > 0 {
			parts = append(parts, fmt.Sprintf("%s %s (%s)", Count(t.Objects, thing), what, Bytes(t.Bytes)))
		}
	}
	add(s.Upload, "object", "to upload")
	if s.Resume.Objects > 0 {
		parts[0] += fmt.Sprintf(", of which %s with %s stored already", resumed(s.Resume.Objects), Bytes(s.Resume.Bytes))
	}
	add(s.Download, "object", "to download")
	if n := s.SetMeta.Objects; n > 0 {
		parts = append(parts, Count(n, "object")+" to set headers of")
	}
	add(s.DeleteRemote, "object", "to delete")
	add(s.DeleteLocal, "file", "to move to the trash")
	add(s.Abort, "unfinished upload", "to abort")
	return parts
}

func resumed(n int64) string {
	if n == 1 {
		return "1 goes on"
	}
	return Number(n) + " go on"
}

// rest tells what is left as it is.
func rest(s *plan.Summary, prune string) []string {
	var parts []string
	add := func(n int64, what string) {
		if n > 0 {
			parts = append(parts, Number(n)+" "+what)
		}
	}
	if s.Changes() > 0 {
		add(s.Unchanged, "with the same content")
	}
	extra := "only at the target"
	if prune == spec.PruneManaged.String() {
		extra += " and not known to be put there by this mapping"
	}
	add(s.Extra, fmt.Sprintf("%s (prune: %s)", extra, Name(prune)))
	if s.Keep.Objects > 0 {
		parts = append(parts, fmt.Sprintf("%s (%s)", Count(s.Keep.Objects, "unfinished upload"), Bytes(s.Keep.Bytes)))
	}
	add(s.Conflicts, "left alone (!)")
	add(s.Skips, "passed over as the spec says (.)")
	add(s.Shielded, "below what could not be read")
	return parts
}

func sentence(parts []string) string { return strings.Join(parts, ", ") + "." }
