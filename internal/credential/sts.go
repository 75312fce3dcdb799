package credential

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	stsVersion = "2015-04-01"
	signature3 = "ACS3-HMAC-SHA256"

	// stsVariable names another token service, as private installations have one.
	stsVariable = "OSSSYNC_STS_ENDPOINT"

	defaultSession  = "osssync"
	defaultDuration = time.Hour
)

// sts is the service that gives keys of roles.
type sts struct {
	address *url.URL
	opts    Options
}

// openSTS chooses the service of a region, "" is the central one; internal is that
// inside the network of the region.
func openSTS(o Options, region string, internal bool) (*sts, error) {
	if address := o.Getenv(stsVariable); address != "" {
		u, err := serviceURL(address, stsVariable)
		if err != nil {
			return nil, err
		}
		return &sts{&url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/"}, o}, nil
	}
	host := "sts.aliyuncs.com"
	switch {
	case region != "" && shorten(region) == "":
		return nil, fmt.Errorf("%w: region %q of the token service", ErrNone, region)
	case region != "" && internal:
		host = "sts-vpc." + region + ".aliyuncs.com"
	case region != "":
		host = "sts." + region + ".aliyuncs.com"
	}
	return &sts{&url.URL{Scheme: "https", Host: host, Path: "/"}, o}, nil
}

// roleRequest are the parameters that both ways to a role have.
func roleRequest(c Config) (url.Values, error) {
	if c.RoleARN == "" {
		return nil, fmt.Errorf("%w: no ARN of a role", ErrNone)
	}
	session, duration := c.SessionName, c.Duration
	if session == "" {
		session = defaultSession
	}
	if duration == 0 {
		duration = defaultDuration
	}
	v := url.Values{
		"RoleArn": {c.RoleARN}, "RoleSessionName": {session},
		"DurationSeconds": {strconv.FormatInt(int64(duration/time.Second), 10)},
	}
	if c.Policy != "" {
		v.Set("Policy", c.Policy)
	}
	return v, nil
}

// assumeRole trades keys for those of a role.
func (s *sts) assumeRole(ctx context.Context, keys Keys, parameters url.Values) (Keys, error) {
	u := *s.address
	u.RawQuery = canonicalQuery(parameters)
	req := &http.Request{Method: http.MethodPost, URL: &u, Host: u.Host, Header: http.Header{}, Body: http.NoBody}
	s.sign(req, "AssumeRole", keys)
	return fetchAnswer(ctx, s.opts.Transport, req)
}

// assumeRoleWithOIDC trades a token of an identity provider for keys of a role. The
// token is all that is asked for, so nothing is signed.
func (s *sts) assumeRoleWithOIDC(ctx context.Context, token Secret, parameters url.Values) (Keys, error) {
	form := url.Values{"OIDCToken": {token.Reveal()}}
	for name, values := range parameters {
		form[name] = values
	}
	body := form.Encode()
	u := *s.address
	u.RawQuery = canonicalQuery(url.Values{
		"Action": {"AssumeRoleWithOIDC"}, "Version": {stsVersion}, "Format": {"JSON"},
		"Timestamp": {s.opts.Now().UTC().Format(time.RFC3339)}, "SignatureNonce": {rand.Text()},
	})
	req := &http.Request{
		Method: http.MethodPost, URL: &u, Host: u.Host, ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body)),
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}},
	}
	return fetchAnswer(ctx, s.opts.Transport, req)
}

// sign signs a request without a body by version 3 of Alibaba Cloud's signatures.
func (s *sts) sign(req *http.Request, action string, keys Keys) {
	nothing := sha256.Sum256(nil)
	h := req.Header
	h.Set("Accept", "application/json")
	h.Set("x-acs-action", action)
	h.Set("x-acs-version", stsVersion)
	h.Set("x-acs-date", s.opts.Now().UTC().Format("2006-01-02T15:04:05Z"))
	h.Set("x-acs-signature-nonce", rand.Text())
	h.Set("x-acs-content-sha256", hex.EncodeToString(nothing[:]))
	if !keys.Token.Empty() {
		h.Set("x-acs-security-token", keys.Token.Reveal())
	}
	authorize(req, keys)
}

// authorize signs what stands in a request without a body.
func authorize(req *http.Request, keys Keys) {
	h := req.Header
	names := []string{"host"}
	for name := range h {
		if lower := strings.ToLower(name); strings.HasPrefix(lower, "x-acs-") {
			names = append(names, lower)
		}
	}
	slices.Sort(names)
	var text strings.Builder
	fmt.Fprintf(&text, "%s\n/\n%s\n", req.Method, req.URL.RawQuery)
	for _, name := range names {
		value := h.Get(name)
		if name == "host" {
			value = req.Host
		}
		fmt.Fprintf(&text, "%s:%s\n", name, strings.TrimSpace(value))
	}
	fmt.Fprintf(&text, "\n%s\n%s", strings.Join(names, ";"), h.Get("x-acs-content-sha256"))
	sum := sha256.Sum256([]byte(text.String()))
	mac := hmac.New(sha256.New, []byte(keys.Secret.Reveal()))
	fmt.Fprintf(mac, "%s\n%x", signature3, sum)
	h.Set("Authorization", fmt.Sprintf("%s Credential=%s,SignedHeaders=%s,Signature=%x", signature3, keys.ID, strings.Join(names, ";"), mac.Sum(nil)))
}

// canonicalQuery writes parameters sorted by name, escaped as signatures want it.
func canonicalQuery(v url.Values) string {
	return strings.ReplaceAll(v.Encode(), "+", "%20") // a plus sign itself is %2B
}
