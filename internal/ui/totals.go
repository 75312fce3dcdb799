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
	if s.Denied > 0 {
		t.tail = append(t.tail, denied(s))
	}
	t.tail = append(t.tail, HeldDeletes(s)...)
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

// denied names what is passed over for its name, what the bucket has of it, and what
// to do about it.
func denied(s *plan.Summary) string {
	names, whose, it := Name(s.DeniedAt), "its name", "it"
	if s.Denied > 1 {
		names, whose, it = names+", "+Name(s.DeniedThen), "their names", "them"
	}
	if s.Denied > 2 {
		names += fmt.Sprintf(" and %s more", Number(s.Denied-2))
	}
	switch n := s.DeniedObjects; {
	case n == 1:
		names += "; 1 object of such a name, or below it, stays in the bucket"
	case n > 1:
		names += fmt.Sprintf("; %s of such names, or below them, stay in the bucket", Count(n, "object"))
	}
	return fmt.Sprintf("Passed over for %s: %s. To move %s: %s in the spec; else exclude %s.", whose, names, it, allowed(s.DeniedAt), it)
}

// allowed is how the spec allows the path, and nothing else. A pattern that is not
// anchored has every folder looked into.
func allowed(path string) string {
	if strings.ContainsFunc(path, func(c rune) bool {
		return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("._-/", c))
	}) {
		return "allow"
	}
	return "allow: [/" + path + "]"
}

// HeldDeletes tells, a sentence each, which deletes of a plan are held, all of them or
// some, for what, and for how long. It is empty if none are.
func HeldDeletes(s *plan.Summary) []string {
	const why = "content that is missing elsewhere may be there under a new name"
	if s.Deletes() == 0 {
		return nil
	}
	var held []string
	if unmoved, remedy := s.Hold(Name); unmoved != "" {
		held = append(held, fmt.Sprintf("All deletes will be held: %s, and %s. To go on: %s.", unmoved, why, remedy))
	}
	if s.Waiting > 0 {
		wait := "waits"
		if s.Waiting > 1 {
			wait = "wait"
		}
		held = append(held, fmt.Sprintf("%s %s for one apply: %s is new and not sent, and %s. Exclude or allow it, or apply twice.",
			Count(s.Waiting, "delete"), wait, Name(s.WaitingFor), why))
	}
	return held
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
	add(s.Skips-s.Denied, "passed over as the spec says (.)")
	add(s.Shielded, "below what could not be read")
	return parts
}

func sentence(parts []string) string { return strings.Join(parts, ", ") + "." }
