package ossclient

import (
	"bytes"
	"net/http"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// renewedHeader marks a refusal after which another try makes sense, since there may
// be other keys now. The retry policy sees nothing of a request but its error.
const renewedHeader = "X-Osssync-Renewed"

// expired are the codes of a token that is none any more. Which one comes depends on
// how long ago it ended.
var expired = [][]byte{[]byte("SecurityTokenExpired"), []byte("<Code>InvalidSecurityToken</Code>")}

// renew tells the provider of keys about a token that the service takes for expired.
// Text is what the service says.
func (t *transport) renew(req *http.Request, answer *http.Response, text []byte) {
	answer.Header.Del(renewedHeader)
	if t.keys == nil || answer.StatusCode != http.StatusForbidden {
		return
	}
	for _, code := range expired {
		if bytes.Contains(text, code) && t.keys.Refused(req.Header.Get(oss.HeaderOssSecurityToken)) {
			answer.Header.Set(renewedHeader, "yes")
			return
		}
	}
}
