package chaos

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// schedule is a story that a world goes through. It is data, and its text is one
// line that tells all of it:
//
//	push,managed,page=3,workers=2; local+a.txt=12 remote-b wait=2h !PutObject#1/after/close; saved
//
// After the scene come steps. Each has edits, then an apply with its faults.
type schedule struct {
	scene scene
	steps []step
}

// step is what others do, and an apply after it.
type step struct {
	edits  []edit
	saved  bool // the apply is of a plan that was saved
	faults []fault
	disk   []diskFault
}

// edit is one thing that somebody does between two runs.
type edit struct {
	verb string
	path string
	size int
	wait time.Duration
}

// The verbs of edits.
const (
	localWrite   = "local+"    // path=size
	localAmend   = "local~"    // path: other content, same size and time stamp
	localRemove  = "local-"    // path
	remoteWrite  = "remote+"   // path=size
	remoteRemove = "remote-"   // path
	remoteBegin  = "remote*"   // path: a multipart upload that nobody completes
	passTime     = "wait="     // duration
	loseState    = "lose"      // the state folder
	setHeaders   = "headers="  // number of the rule
	exclude      = "exclude="  // a pattern; "": none any more
	setVersions  = "versions=" // Enabled or Suspended
)

// String writes the schedule as one line.
func (s schedule) String() string {
	direction := "pull"
	if s.scene.push {
		direction = "push"
	}
	parts := []string{fmt.Sprintf("%s,%s,page=%d,workers=%d", direction, s.scene.prune, s.scene.pageSize, s.scene.workers)}
	for _, step := range s.steps {
		var words []string
		for _, e := range step.edits {
			words = append(words, e.String())
		}
		if step.saved {
			words = append(words, "saved")
		}
		for _, f := range step.faults {
			words = append(words, "!"+f.String())
		}
		for _, f := range step.disk {
			words = append(words, f.String())
		}
		parts = append(parts, strings.Join(words, " "))
	}
	return strings.Join(parts, "; ")
}

func (e edit) String() string {
	switch e.verb {
	case localWrite, remoteWrite:
		return fmt.Sprintf("%s%s=%d", e.verb, e.path, e.size)
	case passTime:
		return e.verb + e.wait.String()
	case setHeaders:
		return e.verb + strconv.Itoa(e.size)
	}
	return e.verb + e.path
}

// parseSchedule reads what String wrote.
func parseSchedule(text string) (s schedule, err error) {
	parts := strings.Split(text, ";")
	fields := strings.Split(strings.TrimSpace(parts[0]), ",")
	if len(fields) != 4 {
		return s, fmt.Errorf("scene %q: want direction, prune, page and workers", parts[0])
	}
	s.scene.push, s.scene.prune = fields[0] == "push", fields[1]
	if _, err := fmt.Sscanf(fields[2]+" "+fields[3], "page=%d workers=%d", &s.scene.pageSize, &s.scene.workers); err != nil {
		return s, fmt.Errorf("scene %q: %w", parts[0], err)
	}
	for _, part := range parts[1:] {
		var next step
		for word := range strings.FieldsSeq(part) {
			if text, isFault := strings.CutPrefix(word, "!"); isFault {
				f, err := parseFault(text)
				if err != nil {
					return s, err
				}
				next.faults = append(next.faults, f)
			} else if strings.HasPrefix(word, "@") {
				f, err := parseDiskFault(word)
				if err != nil {
					return s, err
				}
				next.disk = append(next.disk, f)
			} else if word == "saved" {
				next.saved = true
			} else {
				e, err := parseEdit(word)
				if err != nil {
					return s, err
				}
				next.edits = append(next.edits, e)
			}
		}
		s.steps = append(s.steps, next)
	}
	return s, nil
}

func parseEdit(word string) (e edit, err error) {
	for _, verb := range []string{localWrite, localAmend, localRemove, remoteWrite, remoteRemove, remoteBegin, passTime, loseState, setHeaders, exclude, setVersions} {
		rest, is := strings.CutPrefix(word, verb)
		if !is {
			continue
		}
		e.verb = verb
		switch verb {
		case localWrite, remoteWrite:
			path, size, _ := strings.Cut(rest, "=")
			e.path = path
			e.size, err = strconv.Atoi(size)
		case passTime:
			e.wait, err = time.ParseDuration(rest)
		case setHeaders:
			e.size, err = strconv.Atoi(rest)
		default:
			e.path = rest
		}
		if err != nil {
			return e, fmt.Errorf("edit %q: %w", word, err)
		}
		return e, nil
	}
	return e, fmt.Errorf("edit %q: unknown verb", word)
}

// do has the edit happen.
func (w *world) do(e edit) error {
	switch e.verb {
	case localWrite, localAmend, localRemove:
		w.foreign[e.path] = w.foreign[e.path] || !w.scene.push
	case remoteWrite, remoteRemove:
		w.foreign[e.path] = w.foreign[e.path] || w.scene.push
	}
	if w.links[e.path] && strings.HasPrefix(e.verb, "local") {
		return nil // nobody can write there but where the link leads
	}
	switch e.verb {
	case localWrite:
		return w.write(e.path, e.size)
	case localAmend:
		w.amended[e.path] = true
		return w.overwrite(e.path)
	case localRemove:
		return w.remove(e.path)
	case remoteWrite:
		return w.put(e.path, e.size)
	case remoteRemove:
		return w.drop(e.path)
	case remoteBegin:
		return w.abandon(e.path)
	case passTime:
		time.Sleep(e.wait)
		return nil
	case loseState:
		now, err := w.look()
		if err != nil {
			return err
		}
		for path := range w.target(now) {
			w.foreign[path] = true // nobody knows any more that it is not
		}
		return w.forget()
	case setHeaders:
		return w.configure(fmt.Sprintf(`headers: [{match: "*.html", set: {Cache-Control: max-age=%d}}]`, e.size))
	case exclude:
		if e.path == "" {
			return w.configure("")
		}
		return w.configure(fmt.Sprintf("exclude: [%q]", e.path))
	case setVersions:
		return w.version(e.path)
	}
	return fmt.Errorf("edit %q: unknown verb", e.verb)
}

// play goes through a schedule in a new folder dir, and asks the oracle all the
// way. The error tells at which step it found something.
func play(dir string, s schedule) (err error) {
	w, err := openWorld(dir, s.scene)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	for i, step := range s.steps {
		if _, err := w.advance(step); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	return w.rest()
}

// rest is how a world ends: with nothing in the way any more, runs converge and
// leave nothing behind.
func (w *world) rest() error {
	clear(w.denied)
	if err := w.unlink(); err != nil {
		return err
	}
	if len(w.mapping().Exclude) > 0 {
		if err := w.configure(""); err != nil {
			return err
		}
	}
	if err := w.fConverges(); err != nil {
		return err
	}
	return w.hNothingLeft()
}

// advance goes one step, and judges it.
func (w *world) advance(s step) (*outcome, error) {
	for _, e := range s.edits {
		if err := w.do(e); err != nil {
			return nil, fmt.Errorf("edit %s: %w", e, err)
		}
	}
	o, err := w.run(how{faults: s.faults, disk: s.disk, saved: s.saved})
	if err != nil {
		return nil, err
	}
	return o, w.accept(o)
}
