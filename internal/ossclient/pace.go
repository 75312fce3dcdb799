package ossclient

import "time"

const (
	firstLimit = 8 // enough to see a rate, too few to alarm anybody

	// A window is as long as it takes to tell a rate from chance: a round of
	// requests, but no longer than what people wait for.
	shortWindow = 250 * time.Millisecond
	longWindow  = 2 * time.Second

	// A limit that grew has to bring a third of what it would bring if every
	// request took as long as before; else the smaller one did as well.
	leastGain = 1.0 / 3

	// With as many requests under way, a rate that fell to this means that each of
	// them takes two thirds longer: they queue somewhere. One window may be chance, and
	// as few requests as at first are not what a service is slow by.
	lostRate    = 0.6
	slowWindows = 2
	newestShare = 0.3 // of the newest window in the rate that others are compared with

	restWindows = 8 // from one attempt to grow to the next, once one failed

	// requestWork is what a request counts beside the bytes that it moves. Of small
	// objects the requests are the work, of large ones the bytes.
	requestWork = 64 << 10
)

// pace finds how many requests under way at a time are worth having: it grows while
// the rate grows with it, and shrinks when requests take longer and when the service
// asks for less. It reads no clock and is not safe for concurrent use.
type pace struct {
	most   int     // bound of limit
	limit  int     // at least 1
	before int     // limit of the last window, if it was smaller; else 0
	rate   float64 // of the windows before, in work a second; 0: none yet
	slow   int     // windows in a row with a rate lost
	steady bool    // some growth was in vain
	rest   int     // windows until the next attempt to grow

	began time.Time // of the window
	moved int64     // bytes, at its begin
	ended int       // requests in it
	full  int       // of those, how many left while others waited
}

func newPace(most int) pace { return pace{most: most, limit: min(firstLimit, most)} }

// request takes the end of a request: when, how many bytes were moved until then by
// all requests, and whether others wait for its place.
func (p *pace) request(now time.Time, moved int64, waiting bool) {
	if p.began.IsZero() {
		p.began, p.moved = now, moved
		return
	}
	p.ended++
	if waiting {
		p.full++
	}
	span := now.Sub(p.began)
	if span < shortWindow || p.ended < p.limit && span < longWindow {
		return
	}
	work := float64(moved-p.moved) + requestWork*float64(p.ended)
	// A limit that few have to wait for does not bound the rate, whatever that is.
	if p.full*4 >= p.ended*3 {
		p.window(work / span.Seconds())
	}
	p.began, p.moved, p.ended, p.full = now, moved, 0, 0
}

// window takes the rate of a window whose places were all in use.
func (p *pace) window(rate float64) {
	grown, before := float64(p.limit), float64(p.before)
	switch {
	case p.before > 0 && rate < p.rate*(1+(grown/before-1)*leastGain):
		p.limit, p.before = p.before, 0
		p.steady, p.rest = true, restWindows
		return
	case p.before == 0 && rate < p.rate*lostRate:
		if p.slow++; p.slow < slowWindows {
			return
		}
		if p.limit > firstLimit {
			p.limit = max(p.limit*3/4, firstLimit)
		}
		p.steady, p.rest = true, restWindows
		p.rate, p.slow = rate, 0
		return
	case p.rest > 0:
		p.rest--
		p.rate += newestShare * (rate - p.rate)
	case p.limit < p.most:
		p.grow(rate)
	default:
		p.before, p.rate = 0, rate
	}
	p.slow = 0
}

// grow tries a larger limit: half as much again until that was in vain once, then
// in smaller steps.
func (p *pace) grow(rate float64) {
	step := p.limit / 2
	if p.steady {
		step = p.limit / 4
	}
	p.before, p.rate = p.limit, rate
	p.limit = min(p.limit+max(step, 1), p.most)
}

// throttled takes that the service asked for less.
func (p *pace) throttled() {
	p.limit = max(p.limit/2, 1)
	p.steady, p.rest = true, restWindows
	p.idle()
}

// idle takes that no request is under way: what comes next may be work of another
// kind, whose rate is not to be compared.
func (p *pace) idle() {
	p.before, p.rate, p.slow = 0, 0, 0
	p.began = time.Time{}
}
