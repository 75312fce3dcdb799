package plan

import (
	"slices"
	"time"
)

// pending decides what becomes of the multipart uploads of one path. If content
// is to be uploaded there and a checkpoint of this mapping began one of them with
// the very file, the upload goes on with it: the returned action takes the place
// of content.
func (p *Policy) pending(s *State, content Action) (Action, []Action) {
	var rows []Action
	for _, u := range s.Pending {
		if upload, ok := content.(*Upload); ok && p.resumes(&u, upload) {
			content = &ResumeUpload{Upload: *upload, UploadID: u.UploadID, Started: u.Started, Parts: u.Parts, Bytes: u.Bytes}
			continue
		}
		row := AbortUpload{Path: s.Path, UploadID: u.UploadID, Started: u.Started, Parts: u.Parts, Bytes: u.Bytes}
		var abort bool
		row.Reason, abort = p.judgePending(s, content, &u)
		if abort {
			rows = append(rows, &row)
		} else {
			keep := KeepUpload(row)
			rows = append(rows, &keep)
		}
	}
	return content, rows
}

// resumes reports whether an upload will go on with u. A file whose ctime alone
// moved still may: its stored parts are compared by checksum before they count.
func (p *Policy) resumes(u *Pending, upload *Upload) bool {
	if u.Source == nil || !p.inParts(upload.Local.Size) {
		return false
	}
	began := *u.Source
	began.CtimeNs = upload.Local.CtimeNs
	return began == upload.Local
}

// judgePending reports whether nobody can be expected to complete u. Age is
// counted by the server's clock from the newest sign of life, so an upload that
// still receives parts is never aborted.
func (p *Policy) judgePending(s *State, content Action, u *Pending) (Reason, bool) {
	if refused := CheckKey(u.Path); refused != "" {
		return refused, false // no request may name such a key
	}
	if u.Owned && (u.Source == nil || undecided(s, content)) {
		return ReasonUploadOwned, false
	}
	if _, due := content.(*Upload); due && u.Source != nil {
		return ReasonUploadReplaced, true // by this very run, which begins anew
	}
	if u.Unrecorded != nil && s.unrecorded() {
		return ReasonUploadUnrecorded, true
	}
	if p.AbortAfter == 0 {
		return kept(u, ReasonUploadNoPolicy), false
	}
	alive := u.Started
	if u.Newest.After(alive) {
		alive = u.Newest
	}
	if age(p.Now, alive) < p.AbortAfter {
		return kept(u, ReasonUploadYoung), false
	}
	return ReasonUploadStale, true
}

// unrecorded reports whether all the uploads of the path that may be what runs left
// which could not record them can be that: each in a time in which one was begun, and
// none more than were. If not, some of them are another program's, and which of them
// nobody can tell: a listing shows no more than key, id and time.
//
// RACE: one may be another program's all the same, if that began it under the very
// same key while our own request, about to be sent, was lost, and still has not sent
// a part of it when it is looked at for the last time.
func (s *State) unrecorded() bool {
	var started []time.Time
	var room []Unrecorded
	for _, u := range s.Pending {
		if u.Unrecorded != nil {
			started, room = append(started, u.Started), u.Unrecorded
		}
	}
	slices.SortFunc(started, time.Time.Compare)
	room = slices.Clone(room)
	for _, t := range started {
		// Of the times that hold t, the one that ends first serves the later ones least.
		var best *Unrecorded
		for i := range room {
			if w := &room[i]; w.Uploads > 0 && w.Holds(t) && (best == nil || w.Until.Before(best.Until)) {
				best = w
			}
		}
		if best == nil {
			return false
		}
		best.Uploads--
	}
	return true
}

// kept gives the reason to keep u in place of reason, if u has one of its own.
func kept(u *Pending, reason Reason) Reason {
	if u.Unrecorded != nil {
		return ReasonUploadAmbiguous
	}
	return reason
}

// undecided reports whether a later plan may find that the file, about which too
// little is known now, goes on with an upload that its checkpoint names. What is
// known not to is nobody's: its file is gone, or is not the one it began with.
func undecided(s *State, content Action) bool {
	if _, blocked := content.(*Conflict); blocked {
		return true
	}
	return s.LocalIs == Unknown
}

func age(now, then time.Time) time.Duration {
	if then.IsZero() {
		return 0
	}
	return now.Sub(then)
}
