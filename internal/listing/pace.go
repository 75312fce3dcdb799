package listing

import "slices"

// pace says how far apart cuts are and how many requests may be under way.
type pace struct {
	page   int // objects in a full page
	window int

	start             int // requests under way, if there is nothing against it
	requests, objects int // of pages taken so far

	late []float64 // known keys for an object in late stretches
	calm int       // stretches since one did not hold exactly what was known
}

const (
	// lateStretches is of how many stretches the middle one tells what to expect:
	// two may be different and change nothing.
	lateStretches = 5
	// calmStretches is after how many stretches with nothing but what was known
	// there is no slack. A key more in one of them costs a request, slack one in
	// twenty.
	calmStretches = 20
	slack         = 0.05
	// maxSpare bounds the known keys that are looked at beyond a cut.
	maxSpare = 64

	// What may be lost, beside slack: so many of a hundred pages and freePages more,
	// which is room for the first surprises.
	lostPercent = 3
	freePages   = 2
	// aheadForLost is how many requests read ahead for each page that may be lost,
	// of which most are not.
	aheadForLost = 3
)

func newPace(page, window int) pace {
	return pace{page: page, window: window, start: 1, calm: calmStretches}
}

// stride returns how many known keys the next stretch is to hold, and how many
// make a full page.
func (p *pace) stride() (stride, full int) {
	per := 1.0
	if n := len(p.late); n > 0 {
		per = slices.Sorted(slices.Values(p.late))[n/2]
	}
	full = max(1, int(per*float64(p.page)))
	if p.calm >= calmStretches {
		return full, full
	}
	return max(1, int(per*float64(p.page)*(1-slack))), full
}

// measure takes note of a stretch that was read to its end, or of a whole page.
func (p *pace) measure(objects, known int) {
	if p.calm++; objects != known {
		p.calm = 0
	}
	if objects == 0 || known == 0 { // says nothing of what is where both are
		return
	}
	if len(p.late) == lateStretches {
		p.late = slices.Delete(p.late, 0, 1)
	}
	p.late = append(p.late, float64(known)/float64(objects))
}

// note counts a page that brought so many objects.
func (p *pace) note(objects, attempts int) {
	p.requests++
	p.objects += objects
	if 4*objects >= 3*p.page && attempts == 1 {
		p.start = min(p.start+1, p.window)
	}
}

// limit returns how many requests may be under way.
func (p *pace) limit() int {
	return min(p.start, 1+aheadForLost*max(0, p.left())/p.page)
}

// left is how many objects less requests may yet bring than with slack and what may
// be lost.
func (p *pace) left() int {
	asked := p.requests * p.page
	lost := int((1-slack)*float64(asked)) - p.objects // negative: saved slack
	return lostPercent*asked/100 + freePages*p.page - lost
}

// guess reports whether a request may be lost on a guess.
func (p *pace) guess() bool { return p.left() > (freePages+1)*p.page }
