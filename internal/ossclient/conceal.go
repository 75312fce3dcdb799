package ossclient

import (
	"bytes"
	"encoding/base64"
	"io"
	"net/http"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// conceal takes the session token of req out of a refusal, which would carry it
// into errors and logs: services tell what they were sent, in the body or, to a
// HEAD, in a header. The body is bounded by refusalLimit; a failure to read it meets
// the reader after what came. What it says of the token is heard on the way.
func (t *transport) conceal(req *http.Request, answer *http.Response) {
	token := req.Header.Get(oss.HeaderOssSecurityToken)
	if token == "" || answer.StatusCode/100 == 2 {
		return
	}
	without := func(text []byte) []byte { return bytes.ReplaceAll(text, []byte(token), []byte("[secret]")) }
	told, err := base64.StdEncoding.DecodeString(answer.Header.Get(oss.HeaderOssERR))
	if text := told; err == nil && len(text) > 0 {
		answer.Header.Set(oss.HeaderOssERR, base64.StdEncoding.EncodeToString(without(text)))
	}
	body := answer.Body
	text, err := io.ReadAll(body)
	t.renew(req, answer, append(told, text...))
	rest := io.MultiReader(bytes.NewReader(without(text)), failingReader{err})
	answer.Body = struct {
		io.Reader
		io.Closer
	}{rest, body}
	answer.ContentLength = -1
}

// failingReader ends with err; nil is the end of the file.
type failingReader struct{ err error }

func (r failingReader) Read([]byte) (int, error) {
	if r.err == nil {
		return 0, io.EOF
	}
	return 0, r.err
}
