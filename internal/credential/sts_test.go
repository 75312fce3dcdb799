package credential

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// The example of Alibaba Cloud's description of version 3 of its signatures.
func TestSignatureOfTheDescription(t *testing.T) {
	u, err := url.Parse("https://ecs.cn-shanghai.aliyuncs.com/?ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai")
	if err != nil {
		t.Fatal(err)
	}
	req := &http.Request{Method: "POST", URL: u, Host: u.Host, Header: http.Header{}}
	for name, value := range map[string]string{
		"x-acs-action":          "RunInstances",
		"x-acs-content-sha256":  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"x-acs-date":            "2023-10-26T10:22:32Z",
		"x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
		"x-acs-version":         "2014-05-26",
		"accept":                "application/json",
	} {
		req.Header.Set(name, value)
	}
	authorize(req, Keys{ID: "YourAccessKeyId", Secret: New("YourAccessKeySecret")})
	want := "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version," +
		"Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
	if got := req.Header.Get("Authorization"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAssumeRole(t *testing.T) {
	w := newWorld(t)
	var asked []string
	w.vars["OSSSYNC_STS_ENDPOINT"] = w.serve(func(rw http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		asked = append(asked, fmt.Sprintf("%s %s %s %s %s %s", r.Header.Get("x-acs-action"), q.Get("RoleArn"), q.Get("RoleSessionName"), q.Get("DurationSeconds"), q.Get("ExternalId"), q.Get("Policy")))
		if got, want := r.Header.Get("x-acs-security-token") == canaryToken, strings.Contains(q.Get("RoleArn"), "second"); got != want {
			t.Errorf("a token with the request: %v, want %v", got, want)
		}
		io.WriteString(rw, w.grant("STS."+q.Get("RoleArn")))
	})
	w.vars["OSS_ACCESS_KEY_ID"], w.vars["OSS_ACCESS_KEY_SECRET"] = canaryID, canarySecret
	first := Config{From: FromAssumeRole, RoleARN: "first", SessionName: "ci", Duration: 20 * time.Minute, ExternalID: "a b+c", Policy: `{"Version":"1"}`}
	k := w.want(first, "STS.first", `role "first" (127.0.0.1:`)
	if k.Token.Reveal() != canaryToken || !k.Expires.Equal(w.now.Add(time.Hour)) {
		t.Errorf("token lost, or an end at %v", k.Expires)
	}
	w.want(Config{From: FromAssumeRole, RoleARN: "second", Source: &first}, "STS.second", "with keys from role")
	want := []string{`AssumeRole first ci 1200 a b+c {"Version":"1"}`, `AssumeRole first ci 1200 a b+c {"Version":"1"}`, "AssumeRole second osssync 3600  "}
	if fmt.Sprint(asked) != fmt.Sprint(want) {
		t.Errorf("asked %q, want %q", asked, want)
	}

	w.refuse(Config{From: FromAssumeRole}, "no ARN of a role")
	w.refuse(Config{From: FromAssumeRole, RoleARN: "r", Source: &Config{From: FromAnonymous}}, "nobody asks for")
	chain := &Config{}
	for range maxChain + 1 {
		chain = &Config{From: FromAssumeRole, RoleARN: "r", Source: chain}
	}
	w.refuse(*chain, "chain of more than")
}

func TestTokenServiceOfARegion(t *testing.T) {
	for _, tt := range []struct {
		variable, region string
		internal         bool
		want             string
	}{
		{"", "", false, "https://sts.aliyuncs.com/"},
		{"", "", true, "https://sts.aliyuncs.com/"},
		{"", "cn-hangzhou", false, "https://sts.cn-hangzhou.aliyuncs.com/"},
		{"", "cn-hangzhou", true, "https://sts-vpc.cn-hangzhou.aliyuncs.com/"},
		{"https://sts.example.com/x?y", "cn-hangzhou", true, "https://sts.example.com/"},
		{"http://localhost:1", "", false, "http://localhost:1/"},
		{"http://sts.example.com", "", false, "plain http is for this machine only"},
		{"https://user:" + canarySecret + "@x", "", false, "is no address"},
		{"", "evil.example.com/", false, "region"},
	} {
		got := ""
		s, err := openSTS(Options{Getenv: func(string) string { return tt.variable }}, tt.region, tt.internal)
		if err == nil {
			got = s.address.String()
		} else {
			got = err.Error()
			silent(t, err)
		}
		if !strings.Contains(got, tt.want) {
			t.Errorf("%q %q %v: %s, want %s", tt.variable, tt.region, tt.internal, got, tt.want)
		}
	}
}

// What the token service says when it refuses is told apart, and never repeated.
func TestX1_RefusalsOfTheTokenService(t *testing.T) {
	w := newWorld(t)
	w.vars["OSS_ACCESS_KEY_ID"], w.vars["OSS_ACCESS_KEY_SECRET"], w.vars["OSS_SESSION_TOKEN"] = canaryID, canarySecret, canaryToken
	status, code := 0, ""
	w.vars["OSSSYNC_STS_ENDPOINT"] = w.serve(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Location", "https://elsewhere.example.com/"+canaryToken)
		rw.WriteHeader(status)
		fmt.Fprintf(rw, `{"RequestId":"R-1","Code":%q,"Message":"server string to sign is: %s %s","HostId":"sts"}`, code, canaryToken, r.Header.Get("Authorization"))
	})
	for _, tt := range []struct {
		status int
		code   string
		hint   string
		none   bool
	}{
		{400, "InvalidSecurityToken.Expired", "has expired", true},
		{403, "ExpiredToken", "has expired", true},
		{400, "AuthenticationFail.OIDCToken.Expired", "has expired", true},
		{400, "InvalidSecurityToken.Malformed", "malformed or of another account", true},
		{403, "InvalidSecurityToken", "malformed or of another account", true},
		{403, "NoPermission", "trust policy", true},
		{403, "AccessDenied", "trust policy", true},
		{404, "EntityNotExist.Role", "no such role", true},
		{404, "InvalidAccessKeyId.NotFound", "unknown or disabled", true},
		{400, "SignatureDoesNotMatch", "does not belong", true},
		{307, "", "osssync doctor", true},
		{400, canaryToken, "osssync doctor", true},
		{503, "ServiceUnavailable", "run again later", false},
		{429, "Throttling.User", "run again later", false},
	} {
		status, code = tt.status, tt.code
		err := w.refuse(Config{From: FromAssumeRole, RoleARN: "r"}, "refused by")
		var refusal *RefusalError
		if !errors.As(err, &refusal) || refusal.Status != tt.status || !strings.Contains(refusal.Hint(), tt.hint) || errors.Is(err, ErrNone) != tt.none {
			t.Errorf("%d %s: %v, want hint %q", tt.status, tt.code, err, tt.hint)
		}
	}
	server := httptest.NewServer(nil)
	server.Close()
	w.vars["OSSSYNC_STS_ENDPOINT"] = server.URL
	if err := w.refuse(Config{From: FromAssumeRole, RoleARN: "r"}, "connection refused"); errors.Is(err, ErrNone) {
		t.Errorf("a service that is not reached has refused: %v", err)
	}
	for text, says := range map[string]string{
		"<html>": "no JSON object", "{}": "access key id is not set", strings.Repeat("x", answerLimit+1): "more than",
		`{"Code":"Failed"}`: `code "Failed"`, `{"AccessKeyId":"i","AccessKeySecret":"s","Expiration":"soon"}`: "no time",
		strings.Replace(w.grant("i"), "13:00", "11:00", 1): "expired at 2026-05-01 11:00:00 UTC",
	} {
		w.vars["OSSSYNC_STS_ENDPOINT"] = w.serve(func(rw http.ResponseWriter, _ *http.Request) { io.WriteString(rw, text) })
		if err := w.refuse(Config{From: FromAssumeRole, RoleARN: "r"}, says); !errors.Is(err, ErrNone) {
			t.Errorf("%.40q: %v", text, err)
		}
	}
}

// M13: who asks for a role with a token that has expired asks once more with a fresh
// one, also where nobody tells when the token ends.
func TestM13_RoleOfAnExpiredToken(t *testing.T) {
	w := newWorld(t)
	issued, good := 0, 1
	w.vars["ALIBABA_CLOUD_CREDENTIALS_URI"] = w.serve(func(rw http.ResponseWriter, _ *http.Request) {
		issued++
		fmt.Fprintf(rw, `{"AccessKeyId":"base","AccessKeySecret":%q,"SecurityToken":"%s%d"}`, canarySecret, canaryToken, issued)
	})
	w.vars[stsVariable] = w.serve(func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get("x-acs-security-token") != fmt.Sprint(canaryToken, good) {
			rw.WriteHeader(http.StatusForbidden)
			io.WriteString(rw, `{"Code":"InvalidSecurityToken.Expired"}`)
			return
		}
		io.WriteString(rw, w.grant("role"))
	})
	p, err := Open(Config{From: FromAssumeRole, RoleARN: "acs:ram::1:role/r"}, w.opts)
	if err != nil {
		t.Fatal(err)
	}
	for good = 1; good <= 3; good++ {
		if k, err := p.Keys(t.Context()); err != nil || k.ID != "role" || issued != good {
			t.Errorf("%q, %v with %d tokens issued, want %d", k.ID, err, issued, good)
		}
		w.now = w.now.Add(time.Hour)
	}
	good = -1 // what is refused at once again is refused
	if _, err := p.Keys(t.Context()); !errors.Is(err, ErrNone) || issued != 4 {
		t.Errorf("%v with %d tokens issued", err, issued)
	}
}
