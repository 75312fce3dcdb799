//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/osssync/osssync/internal/ossserver"
)

// A large upload of which the first token is good for some parts.
const (
	partBytes   = 100 << 10
	largeParts  = 40
	goodParts   = 11
	partWorkers = 4
)

// clinic is a service that takes the first token for expired after a while.
type clinic struct {
	t       *testing.T
	dir     string
	begun   atomic.Int32 // parts
	stored  atomic.Int32 // parts
	fresh   atomic.Bool  // keys of the second token are handed out
	handed  atomic.Int32
	url     string
	keysURL string
}

// afterGoodParts is the end of a token in the middle of an upload.
func afterGoodParts(c *clinic, _ ossserver.Request) bool { return c.begun.Load() > goodParts }

// newClinic starts one; ends tells whether the first token has expired at a request.
func newClinic(t *testing.T, ends func(*clinic, ossserver.Request) bool) *clinic {
	c := &clinic{t: t, dir: t.TempDir()}
	server, err := ossserver.Open(ossserver.Options{
		Dir: t.TempDir(), NoSync: true,
		Credentials:    map[string]string{"first": canarySecret, "second": canarySecret},
		SecurityTokens: map[string]string{"first": canaryToken, "second": canaryToken + "2"},
		Hooks: &ossserver.Hooks{
			Fault: func(r ossserver.Request) *ossserver.Fault {
				if r.Operation == ossserver.UploadPart {
					c.begun.Add(1)
				}
				if ends(c, r) && r.Header.Get("X-Oss-Security-Token") == canaryToken {
					c.fresh.Store(true)
					return &ossserver.Fault{Status: http.StatusForbidden, Code: "SecurityTokenExpired"}
				}
				return nil
			},
			Log: func(x ossserver.Exchange) {
				if x.Operation == ossserver.UploadPart && x.Status == http.StatusOK {
					c.stored.Add(1)
				}
			},
		},
	})
	if err == nil {
		err = server.CreateBucket("bucket")
	}
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server)
	keys := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		c.handed.Add(1)
		id, token := "first", canaryToken
		if c.fresh.Load() {
			id, token = "second", canaryToken+"2"
		}
		fmt.Fprintf(w, `{"Code":"Success","AccessKeyId":%q,"AccessKeySecret":%q,"SecurityToken":%q}`, id, canarySecret, token)
	}))
	t.Cleanup(func() {
		keys.Close()
		web.Close()
		server.Close()
	})
	c.url, c.keysURL = web.URL, keys.URL
	for name, text := range map[string]string{
		"osssync.yaml": fmt.Sprintf("version: 1\nstores: {box: {region: cn-hangzhou, endpoint: %q}}\nmappings:\n- {name: site, local: tree, to: oss://bucket/www/, transfer: {threshold: 1KiB, partSize: 100KiB, files: 1, parts: %d}}\n", web.URL, partWorkers),
		"tree/large":   strings.Repeat("x", largeParts*partBytes),
	} {
		path := filepath.Join(c.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// apply runs the real program with further variables, and returns what it said.
func (c *clinic) apply(want int, env ...string) string {
	c.t.Helper()
	cmd := exec.Command("osssync", "apply", "--auto-approve", "--verbose")
	cmd.Dir = c.dir
	cmd.Env = append(os.Environ(), "HOME="+c.dir, "XDG_STATE_HOME="+filepath.Join(c.dir, "state"), "GORACE=atexit_sleep_ms=0")
	cmd.Env = append(cmd.Env, env...)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		c.t.Fatal(err)
	}
	if code := cmd.ProcessState.ExitCode(); code != want {
		c.t.Fatalf("exit code %d, want %d:\n%s", code, want, out)
	}
	c.silent(out)
	return string(out)
}

// silent fails if output or anything below the folder of the program has a secret.
func (c *clinic) silent(out []byte) {
	c.t.Helper()
	check := func(place string, content []byte) {
		for _, secret := range []string{canarySecret, canaryToken} {
			for form, canary := range canaries(secret) {
				if bytes.Contains(content, canary) {
					c.t.Errorf("X1: %s holds a secret, %s", place, form)
				}
			}
		}
	}
	check("output", out)
	err := filepath.WalkDir(c.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		check(path, text)
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

// M13: where keys can be renewed, nobody notices that they expired.
func TestM13_ExpiryInALargeUploadIsRenewed(t *testing.T) {
	c := newClinic(t, afterGoodParts)
	c.apply(exitDone, "ALIBABA_CLOUD_CREDENTIALS_URI="+c.keysURL, "OSS_ACCESS_KEY_ID=", "OSS_ACCESS_KEY_SECRET=")
	if stored, handed := c.stored.Load(), c.handed.Load(); stored != largeParts || handed != 2 {
		t.Errorf("%d parts stored, want %d; keys handed out %d times, want 2", stored, largeParts, handed)
	}
}

// M13: and not at whichever other request it happens.
func TestM13_ExpiryAtAnyRequestIsRenewed(t *testing.T) {
	for _, operation := range []ossserver.Operation{
		ossserver.ListObjects, ossserver.ListMultipartUploads, ossserver.InitiateMultipartUpload, ossserver.CompleteMultipartUpload,
	} {
		c := newClinic(t, func(c *clinic, r ossserver.Request) bool { return c.fresh.Load() || r.Operation == operation })
		c.apply(exitDone, "ALIBABA_CLOUD_CREDENTIALS_URI="+c.keysURL, "OSS_ACCESS_KEY_ID=", "OSS_ACCESS_KEY_SECRET=")
		if stored, handed := c.stored.Load(), c.handed.Load(); stored != largeParts || handed != 2 {
			t.Errorf("%s: %d parts stored, want %d; keys handed out %d times, want 2", operation, stored, largeParts, handed)
		}
	}
}

// M13: where they cannot, the run ends, and with other keys the next one goes on.
func TestM13_ExpiryInALargeUploadIsResumed(t *testing.T) {
	c := newClinic(t, afterGoodParts)
	keys := func(id, token string) []string {
		return []string{"OSS_ACCESS_KEY_ID=" + id, "OSS_ACCESS_KEY_SECRET=" + canarySecret, "OSS_SESSION_TOKEN=" + token}
	}
	out := c.apply(exitDenied, keys("first", canaryToken)...)
	if !strings.Contains(out, "SecurityTokenExpired") || !strings.Contains(out, "get fresh temporary credentials and run again; what was sent so far is not sent again") {
		t.Errorf("it said\n%s", out)
	}
	first := c.stored.Load()
	if first == 0 || first > goodParts {
		t.Errorf("%d parts stored with a token that was good for %d", first, goodParts)
	}
	c.apply(exitDone, keys("second", canaryToken+"2")...)
	if again := c.stored.Load() - largeParts; again < 0 || again > partWorkers {
		t.Errorf("%d parts were sent again, want at most %d", again, partWorkers)
	}
}

// Every source gives the keys of a whole run, and none of them is ever shown.
func TestX1_CanariesOfEverySource(t *testing.T) {
	a := newAviary(t)
	elsewhere := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(elsewhere, name)
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil { // a program among them
			t.Fatal(err)
		}
		return path
	}
	keys := fmt.Sprintf(`{"AccessKeyId":%q,"AccessKeySecret":%q,"SecurityToken":%q,"Expiration":"2099-01-01T00:00:00Z"}`, canaryID, canarySecret, canaryToken)
	refuses := atomic.Bool{}
	sts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if text, _ := io.ReadAll(r.Body); refuses.Load() {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprintf(w, `{"Code":"InvalidSecurityToken.Expired","Message":%q}`, string(text)+r.Header.Get("Authorization")+canarySecret+canaryToken)
			return
		}
		io.WriteString(w, `{"Credentials":`+keys+`}`)
	}))
	defer sts.Close()
	spec, err := os.ReadFile(filepath.Join(a.dir, "osssync.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	const role = "roleArn: 'acs:ram::1:role/r'"
	for name, source := range map[string]struct {
		credentials string
		env         []string
	}{
		"uri":     {"env", []string{"ALIBABA_CLOUD_CREDENTIALS_URI=" + sts.URL + "/?token=" + canaryToken}},
		"ossutil": {"ossutil", []string{"OSSUTIL_CONFIG_FILE=" + write("ossutilconfig", "[default]\naccessKeyID="+canaryID+"\naccessKeySecret="+canarySecret+"\nstsToken="+canaryToken+"\n")}},
		"aliyun": {"{from: aliyun, profile: x}", []string{"ALIBABA_CLOUD_CONFIG_FILE=" + write("config.json", fmt.Sprintf(
			`{"profiles":[{"name":"x","mode":"StsToken","access_key_id":%q,"access_key_secret":%q,"sts_token":%q}]}`, canaryID, canarySecret, canaryToken))}},
		"oidc":        {"{from: oidc, providerArn: 'acs:ram::1:oidc-provider/p', " + role + "}", []string{"ALIBABA_CLOUD_OIDC_TOKEN_FILE=" + write("token", canaryToken)}},
		"assume-role": {"{from: assume-role, source: ossutil, " + role + "}", []string{"OSSUTIL_CONFIG_FILE=" + filepath.Join(elsewhere, "ossutilconfig")}},
		"process":     {"process", []string{"OSSSYNC_CREDENTIAL_PROCESS=" + write("program", "#!/bin/sh\necho '"+keys+"'; echo '"+canarySecret+"' >&2\n")}},
		"default":     {"default", []string{"OSSUTIL_CONFIG_FILE=" + filepath.Join(elsewhere, "ossutilconfig")}},
	} {
		a.extra = append([]string{"OSS_ACCESS_KEY_ID=", "OSS_ACCESS_KEY_SECRET=", "OSS_SESSION_TOKEN=", "OSSSYNC_STS_ENDPOINT=" + sts.URL}, source.env...)
		a.write("osssync.yaml", strings.Replace(string(spec), "region: cn-hangzhou,", "region: cn-hangzhou, credentials: "+source.credentials+",", 1))
		a.write("tree/"+name, name)
		for _, refused := range []bool{false, true} {
			refuses.Store(refused)
			clear(a.codes)
			before := a.log.Len()
			a.run("doctor")
			a.run("apply", "--auto-approve", "--format", "json")
			if a.codes[exitDone] != 2 && !refused || refused && a.codes[exitDone] == 0 && a.codes[exitDenied] == 0 {
				t.Errorf("%s, refused %v: %v\n%s", name, refused, a.codes, a.log.String()[before:])
			}
		}
	}
	a.search()
}
