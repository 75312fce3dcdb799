package plan

import "time"

// pending decides what becomes of the multipart uploads of one path. If content
// is to be uploaded there and a checkpoint of this mapping owns one of them, the
// upload goes on with it: the returned action takes the place of content.
func (p *Policy) pending(s *State, content Action) (Action, []Action) {
	var rows []Action
	for _, u := range s.Pending {
		if upload, ok := content.(*Upload); ok && u.Owned {
			content = &ResumeUpload{Upload: *upload, UploadID: u.UploadID, Started: u.Started, Parts: u.Parts, Bytes: u.Bytes}
			continue
		}
		row := AbortUpload{Path: s.Path, UploadID: u.UploadID, Started: u.Started, Parts: u.Parts, Bytes: u.Bytes}
		var abort bool
		row.Reason, abort = p.judgePending(&u)
		if abort {
			rows = append(rows, &row)
		} else {
			keep := KeepUpload(row)
			rows = append(rows, &keep)
		}
	}
	return content, rows
}

// judgePending reports whether nobody can be expected to complete u. Age is
// counted by the server's clock from the newest sign of life, so an upload that
// still receives parts is never aborted.
func (p *Policy) judgePending(u *Pending) (Reason, bool) {
	if refused := CheckKey(u.Path); refused != "" {
		return refused, false // no request may name such a key
	}
	if u.Owned {
		return ReasonUploadOwned, false
	}
	if p.AbortAfter == 0 {
		return ReasonUploadNoPolicy, false
	}
	alive := u.Started
	if u.Newest.After(alive) {
		alive = u.Newest
	}
	if age(p.Now, alive) < p.AbortAfter {
		return ReasonUploadYoung, false
	}
	return ReasonUploadStale, true
}

func age(now, then time.Time) time.Duration {
	if then.IsZero() {
		return 0
	}
	return now.Sub(then)
}
