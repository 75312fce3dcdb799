package ossserver

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
)

// crashKind is the way in which a key is written.
type crashKind int

const (
	byPut crashKind = iota
	byPutAndDelete
	byAppend
	byCopy
	byUpload
	crashKinds
)

// crashKey is what one key may hold after the crash: the state after each step
// from the last acknowledged one to the last attempted one.
type crashKey struct {
	kind      crashKind
	size      int
	acked     int // last step that was acknowledged, 0 for none
	attempted int // last step that was sent
}

// body returns what the key holds after a step; nil stands for no object.
func (k *crashKey) body(name string, step int) []byte {
	switch {
	case step == 0 || k.kind == byPutAndDelete && step%2 == 0:
		return nil
	case k.kind == byAppend:
		whole := []byte{}
		for i := range step {
			whole = append(whole, crashBody(name, i+1, k.size)...)
		}
		return whole
	}
	return crashBody(name, step, k.size)
}

// crashBody is recognisable: its bytes follow from its key and step.
func crashBody(name string, step, size int) []byte {
	seed := fmt.Sprintf("%s #%d ", name, step)
	return bytes.Repeat([]byte(seed), size/len(seed)+1)[:size]
}

// crashClient writes to a server that is going to be killed.
type crashClient struct {
	t         *testing.T
	transport http.RoundTripper
	url       string
}

// writeOne takes the next step of one key and reports whether it was
// acknowledged.
func (c *crashClient) writeOne(worker int, keys map[string]*crashKey, rng *rand.Rand) bool {
	name := fmt.Sprintf("w%d/%d", worker, rng.IntN(10))
	key := keys[name]
	if key == nil {
		sizes := []int{0, 100, 4096, inlineLimit, inlineLimit + 1, 100_000, 600_000}
		key = &crashKey{kind: crashKind(rng.IntN(int(crashKinds))), size: sizes[rng.IntN(len(sizes))]}
		if key.kind == byAppend {
			key.size = 1000
		}
		keys[name] = key
	}
	if !c.step(name, key) {
		return false
	}
	key.acked = key.attempted
	return true
}

// step sends the requests of a step. Only the last one changes the key.
func (c *crashClient) step(name string, key *crashKey) bool {
	next := crashBody(name, key.attempted+1, key.size)
	switch key.kind {
	case byPutAndDelete:
		key.attempted++
		if key.attempted%2 == 0 {
			_, ok := c.send("DELETE", name, nil)
			return ok
		}
	case byAppend:
		length := len(key.body(name, key.attempted))
		key.attempted++
		_, ok := c.send("POST", fmt.Sprintf("%s?append&position=%d", name, length), next)
		return ok
	case byCopy:
		if _, ok := c.send("PUT", name+".source", next); !ok {
			return false
		}
		key.attempted++
		_, ok := c.send("PUT", name, nil, "x-oss-copy-source", "/"+testBucket+"/"+name+".source")
		return ok
	case byUpload:
		return c.upload(name, key, next)
	default:
		key.attempted++
	}
	_, ok := c.send("PUT", name, next)
	return ok
}

func (c *crashClient) upload(name string, key *crashKey, body []byte) bool {
	answer, ok := c.send("POST", name+"?uploads", nil)
	if !ok {
		return false
	}
	_, after, _ := strings.Cut(answer, "<UploadId>")
	id, _, _ := strings.Cut(after, "<")
	cut := 0
	if len(body) > minPartSize {
		cut = minPartSize
		if _, ok := c.send("PUT", fmt.Sprintf("%s?partNumber=1&uploadId=%s", name, id), body[:cut]); !ok {
			return false
		}
	}
	if _, ok := c.send("PUT", fmt.Sprintf("%s?partNumber=2&uploadId=%s", name, id), body[cut:]); !ok {
		return false
	}
	key.attempted++
	_, ok = c.send("POST", name+"?uploadId="+id, nil, "x-oss-complete-all", "yes")
	return ok
}

// send reports whether a request was acknowledged, and its answer. Only the
// death of the server is a reason for it not to be.
func (c *crashClient) send(method, path string, body []byte, header ...string) (string, bool) {
	r := newSignedRequest(c.t, method, c.url+"/"+testBucket+"/"+path, bytes.NewReader(body), header...)
	resp, err := c.transport.RoundTrip(r)
	if err != nil {
		return "", false
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", false
	}
	if resp.StatusCode >= 300 {
		c.t.Errorf("%s %q: %s %s", method, path, resp.Status, text)
		return "", false
	}
	return string(text), true
}
