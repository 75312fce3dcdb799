package credential

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	answerLimit    = 64 << 10 // bytes of an answer that hands out keys
	serviceTimeout = 15 * time.Second
)

// RefusalError is the answer of a service that gives no keys. Of what the service
// says it keeps the code alone: its messages repeat what it was sent, tokens too.
type RefusalError struct {
	Host      string
	Status    int    // of the answer, such as 403
	Code      string // such as "InvalidSecurityToken.Expired"; may be empty
	RequestID string // may be empty
}

// Error names host, status, code and request.
func (e *RefusalError) Error() string {
	text := fmt.Sprintf("refused by %q: status %d", e.Host, e.Status)
	if e.Code != "" {
		text += fmt.Sprintf(", code %q", e.Code)
	}
	if e.RequestID != "" {
		text += fmt.Sprintf(", request %q", e.RequestID)
	}
	return text
}

// Unwrap returns ErrNone, but for trouble that may pass, which is nobody's refusal.
func (e *RefusalError) Unwrap() error {
	if e.passing() {
		return nil
	}
	return ErrNone
}

func (e *RefusalError) passing() bool {
	return e.Status >= 500 || e.Status == http.StatusTooManyRequests || e.Status == http.StatusRequestTimeout
}

// has reports whether the code has one of some parts.
func (e *RefusalError) has(parts ...string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(e.Code, part) })
}

// expired tells of a token that was good once.
func (e *RefusalError) expired() bool {
	return e.has("OIDCToken.Expired", "TokenExpired", "ExpiredToken", "SecurityToken.Expired")
}

// Hint says what a user can do.
func (e *RefusalError) Hint() string {
	switch has := e.has; {
	case e.passing():
		return "the service that gives keys is in trouble: run again later; what was sent so far is not sent again"
	case e.expired():
		return "the token that keys are asked for with has expired: get a fresh one and run again; what was sent so far is not sent again"
	case has("SecurityToken", "OIDCToken", "InvalidToken"):
		return "the token that keys are asked for with is malformed or of another account: check where it comes from"
	case has("NoPermission", "AccessDenied", "Forbidden"):
		return "the role does not trust who asks for it: check its trust policy, and the right sts:AssumeRole of the one who asks"
	case has("EntityNotExist", "Role"):
		return "there is no such role: check its ARN, acs:ram::ACCOUNT:role/NAME"
	case has("InvalidAccessKeyId"):
		return "the access key that the role is asked for with is unknown or disabled"
	case has("SignatureDoesNotMatch", "IncompleteSignature"):
		return "the access key secret that the role is asked for with does not belong to its id"
	}
	return "check the settings of the store's credentials; `osssync doctor` tells where they come from"
}

// answer is a body that hands out keys, in the ways in which services and programs
// word it.
type answer struct {
	Code, RequestID string
	Keys            struct {
		ID, Secret, Token, Expires string
	}
}

// parseAnswer reads a JSON object. Names of its members are compared without case
// and underscores; keys stand in it or in its member Credentials. The error quotes
// nothing.
func parseAnswer(text []byte) (a answer, err error) {
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(text, &members); err != nil {
		return a, errors.New("answer that is no JSON object")
	}
	take := func(members map[string]json.RawMessage) {
		for name, raw := range members {
			var value string
			if json.Unmarshal(raw, &value) != nil {
				continue
			}
			switch plainName(name) {
			case "code":
				a.Code = value
			case "requestid":
				a.RequestID = value
			case "accesskeyid":
				a.Keys.ID = value
			case "accesskeysecret":
				a.Keys.Secret = value
			case "securitytoken", "ststoken":
				a.Keys.Token = value
			case "expiration":
				a.Keys.Expires = value
			}
		}
	}
	take(members)
	inner := map[string]json.RawMessage{}
	if json.Unmarshal(members["Credentials"], &inner) == nil {
		take(inner)
	}
	return a, nil
}

// keys returns those of an answer.
func (a answer) keys() (Keys, error) {
	k := Keys{ID: a.Keys.ID, Secret: New(a.Keys.Secret), Token: New(a.Keys.Token)}
	if a.Keys.Expires != "" {
		end, err := time.Parse(time.RFC3339, a.Keys.Expires)
		if err != nil {
			return Keys{}, fmt.Errorf("%w: an expiration that is no time", ErrNone)
		}
		k.Expires = end
	}
	return k, k.check()
}

// plainName is a name in lower case without underscores and hyphens.
func plainName(name string) string {
	return strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(name))
}

// call sends a request and returns the body of an answer with status 200. Redirects
// are refusals: they would carry tokens elsewhere.
func call(ctx context.Context, transport http.RoundTripper, req *http.Request) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, serviceTimeout)
	defer cancel()
	res, err := transport.RoundTrip(req.WithContext(ctx))
	if err != nil {
		// The query may hold keys, so only the host is told.
		return nil, &url.Error{Op: req.Method, URL: req.URL.Scheme + "://" + req.URL.Host, Err: err}
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, answerLimit+1))
	if err != nil {
		return nil, &url.Error{Op: req.Method, URL: req.URL.Scheme + "://" + req.URL.Host, Err: err}
	}
	if len(text) > answerLimit {
		return nil, fmt.Errorf("%w: answer of more than %d bytes from %q", ErrNone, answerLimit, req.URL.Host)
	}
	if res.StatusCode == http.StatusOK {
		return bytes.TrimSpace(text), nil
	}
	refusal := &RefusalError{Host: req.URL.Host, Status: res.StatusCode}
	if a, err := parseAnswer(text); err == nil {
		refusal.Code, refusal.RequestID = shorten(a.Code), shorten(a.RequestID)
	}
	return nil, refusal
}

// shorten keeps what looks like the code of an error, which no token does.
func shorten(code string) string {
	if len(code) > 64 || strings.ContainsFunc(code, func(r rune) bool {
		return !(r == '.' || r == '-' || r == '_' || '0' <= r && r <= '9' || 'a' <= r|0x20 && r|0x20 <= 'z')
	}) {
		return ""
	}
	return code
}

// serviceURL checks an address that keys are asked of: https, or http on this
// machine. The address is not quoted, since its query may be a secret.
func serviceURL(address, where string) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Hostname() == "" || u.User != nil:
		return nil, fmt.Errorf("%w: %s is no address such as https://host/path", ErrNone, where)
	case u.Scheme == "https":
		return u, nil
	case u.Scheme != "http" || !loopback(u.Hostname()):
		return nil, fmt.Errorf("%w: %s: want https; plain http is for this machine only", ErrNone, where)
	}
	return u, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
