package ossserver

import (
	"strconv"
	"time"

	"golang.org/x/time/rate"
)

// trafficLimit is the header, and the query parameter, that limits the speed of
// one request.
const trafficLimit = "x-oss-traffic-limit"

// Limits that the service takes, in bits a second: 30 KiB/s to 100 MiB/s.
const (
	lowestTrafficLimit  = 245760
	highestTrafficLimit = 838860800
)

// paceBurst is how many bytes of a body go at once where a limit holds: what the
// lowest one lets through in half a second.
const paceBurst = 16 << 10

// parsePace returns what keeps the body of a request at the speed that the
// request asks for, nil where it asks for none or has no body of an object.
func (c *call) parsePace() (*rate.Limiter, error) {
	v := c.request.Header.Get(trafficLimit)
	if v == "" {
		v = c.query.get(trafficLimit)
	}
	if v == "" {
		return nil, nil
	}
	bits, err := strconv.ParseInt(v, 10, 64)
	if err != nil || bits < lowestTrafficLimit || bits > highestTrafficLimit {
		return nil, invalidArgument("The bandwidth limit should be between %d and %d.", lowestTrafficLimit, highestTrafficLimit)
	}
	switch c.operation {
	case GetObject, PutObject, AppendObject, UploadPart:
		pace := rate.NewLimiter(rate.Limit(bits)/8, paceBurst)
		pace.AllowN(time.Now(), paceBurst) // nothing is free, not even the first bytes
		return pace, nil
	}
	return nil, nil
}

// keepPace waits until n more bytes may go, at most paceBurst. The error tells
// that the client has left or that the server closes.
func (c *call) keepPace(n int) error {
	delay := c.pace.ReserveN(time.Now(), n).Delay()
	c.delayed += delay
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-c.request.Context().Done():
		return c.request.Context().Err()
	case <-c.closing:
		return serverClosing()
	}
}

// writePaced is Write at the speed of the pace.
func (c *call) writePaced(p []byte) (written int, err error) {
	for len(p) > 0 {
		piece := p[:min(len(p), paceBurst)]
		if err := c.keepPace(len(piece)); err != nil {
			return written, err
		}
		n, err := c.writeNow(piece)
		written += n
		if err != nil {
			return written, err
		}
		p = p[len(piece):]
	}
	return written, nil
}
