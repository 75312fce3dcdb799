package credential

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

func TestEnvironment(t *testing.T) {
	w := newWorld(t)
	w.refuse(Config{}, "set OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET (or ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET)")
	w.vars[uriVariable] = w.serve(func(rw http.ResponseWriter, _ *http.Request) { io.WriteString(rw, w.handOut("by-uri")) })
	w.want(Config{}, "by-uri", "ALIBABA_CLOUD_CREDENTIALS_URI")
	w.vars["ALIBABA_CLOUD_ACCESS_KEY_ID"], w.vars["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] = "cloud", canarySecret
	w.want(Config{From: FromEnv}, "cloud", "ALIBABA_CLOUD_ACCESS_KEY_ID")
	w.vars["OSS_ACCESS_KEY_ID"] = canaryID
	w.refuse(Config{}, "OSS_ACCESS_KEY_SECRET is not set") // never mixed
	w.vars["OSS_ACCESS_KEY_SECRET"], w.vars["OSS_SESSION_TOKEN"] = canarySecret, canaryToken
	if k := w.want(Config{}, canaryID, "OSS_SESSION_TOKEN"); k.Token.Reveal() != canaryToken || k.Secret.Reveal() != canarySecret {
		t.Error("another secret or token")
	}
	w.vars["OSS_SESSION_TOKEN"] += "\n"
	w.refuse(Config{}, "OSS_SESSION_TOKEN holds white space")
	w.refuse(Config{From: "magic"}, `no source is called "magic"`)
}

func TestURI(t *testing.T) {
	w := newWorld(t)
	for address, says := range map[string]string{
		"http://keys.example.com/" + canaryToken: "plain http is for this machine only",
		"ftp://localhost/":                       "want https",
		"://" + canaryToken:                      "no address",
	} {
		w.vars[uriVariable] = address
		w.refuse(Config{}, says)
	}
	w.vars[uriVariable] = w.serve(func(rw http.ResponseWriter, r *http.Request) {
		http.Redirect(rw, r, "/?token="+canaryToken, http.StatusFound)
	}) + "/?token=" + canaryToken
	w.refuse(Config{}, "status 302")
}

func TestX8_MachineRole(t *testing.T) {
	w := newWorld(t)
	var asked []string
	role := "machine-role"
	w.opts.metadata = strings.TrimPrefix(w.serve(func(rw http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.URL.Path)
		switch {
		case r.Method == http.MethodPut && r.Header.Get("X-aliyun-ecs-metadata-token-ttl-seconds") == "60":
			io.WriteString(rw, "session")
		case r.Header.Get("X-aliyun-ecs-metadata-token") != "session":
			rw.WriteHeader(http.StatusForbidden)
		case strings.HasSuffix(r.URL.Path, "/"):
			io.WriteString(rw, role+"\n")
		default:
			io.WriteString(rw, w.handOut("STS.machine"))
		}
	}), "http://")
	w.want(Config{From: FromECSRole}, "STS.machine", "the role of this machine")
	w.want(Config{From: FromECSRole, RoleName: "named"}, "STS.machine", `the role "named"`)
	want := []string{
		"PUT /latest/api/token", "GET " + metadataPath, "GET " + metadataPath + "machine-role",
		"PUT /latest/api/token", "GET " + metadataPath + "named",
	}
	if fmt.Sprint(asked) != fmt.Sprint(want) {
		t.Errorf("asked\n%q, want\n%q", asked, want)
	}
	w.refuse(Config{From: FromECSRole, RoleName: "../../user-data"}, "no name of a role")
	role = ""
	w.refuse(Config{From: FromECSRole}, "no name of a role")
	w.opts.metadata = strings.TrimPrefix(w.serve(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(404) }), "http://")
	if err := w.refuse(Config{From: FromECSRole}, "status 404"); err != nil && !strings.Contains(fmt.Sprint(err), "metadata service") {
		t.Error(err)
	}
}

func TestOIDC(t *testing.T) {
	w := newWorld(t)
	w.refuse(Config{From: FromOIDC}, "set ALIBABA_CLOUD_OIDC_TOKEN_FILE")
	var seen []string
	w.vars["OSSSYNC_STS_ENDPOINT"] = w.serve(func(rw http.ResponseWriter, r *http.Request) {
		if r.ParseForm() != nil || r.Header.Get("Authorization") != "" || strings.Contains(r.URL.RawQuery, "OIDCToken") {
			t.Errorf("request %v with %v", r.URL, r.Header)
		}
		seen = append(seen, r.Form.Get("Action")+" "+r.Form.Get("RoleArn")+" "+r.Form.Get("OIDCProviderArn")+" "+r.Form.Get("RoleSessionName"))
		if r.PostForm.Get("OIDCToken") != canaryToken {
			rw.WriteHeader(400)
			io.WriteString(rw, `{"Code":"AuthenticationFail.OIDCToken.Invalid"}`)
			return
		}
		io.WriteString(rw, w.grant("STS.oidc"))
	})
	w.vars[tokenFileVariable] = w.write("token", canaryToken+"\n")
	w.refuse(Config{From: FromOIDC}, "set ALIBABA_CLOUD_ROLE_ARN")
	w.vars[roleVariable] = "role-of-pod"
	w.refuse(Config{From: FromOIDC}, "set ALIBABA_CLOUD_OIDC_PROVIDER_ARN")
	w.vars[providerVariable], w.vars[sessionVariable] = "provider", "pod"
	w.want(Config{From: FromOIDC}, "STS.oidc", "ALIBABA_CLOUD_OIDC_TOKEN_FILE")
	w.want(Config{From: FromOIDC, RoleARN: "of-spec", SessionName: "ci"}, "STS.oidc", "of-spec")
	want := []string{"AssumeRoleWithOIDC role-of-pod provider pod", "AssumeRoleWithOIDC of-spec provider ci"}
	if fmt.Sprint(seen) != fmt.Sprint(want) {
		t.Errorf("asked %q, want %q", seen, want)
	}
	w.write("token", "another")
	w.refuse(Config{From: FromOIDC}, `code "AuthenticationFail.OIDCToken.Invalid"`)
	w.write("token", " \n")
	w.refuse(Config{From: FromOIDC}, "is empty")
	w.vars[tokenFileVariable] += ".gone"
	w.refuse(Config{From: FromOIDC}, "token of ALIBABA_CLOUD_OIDC_TOKEN_FILE")
	delete(w.vars, tokenFileVariable)
	w.vars[tokenVariable] = canaryToken
	w.want(Config{From: FromOIDC}, "STS.oidc", "token of ALIBABA_CLOUD_OIDC_TOKEN")
}

// The first source that is configured counts, also when it does not work.
func TestDefaultChain(t *testing.T) {
	w := newWorld(t)
	w.refuse(Config{From: FromDefault}, "none of env, oidc, ossutil, aliyun, ecs-role is configured")
	w.opts.metadata = strings.TrimPrefix(w.serve(func(rw http.ResponseWriter, r *http.Request) { io.WriteString(rw, w.handOut("machine")) }), "http://")
	w.vars[machineVariable], w.vars[machineDisabledVariable] = "role", "true"
	w.refuse(Config{From: FromDefault}, "none of")
	delete(w.vars, machineDisabledVariable)
	w.want(Config{From: FromDefault}, "machine", `the role "role"`)
	w.write(".aliyun/config.json", `{"current":"a","profiles":[{"name":"a","mode":"AK","access_key_id":"by-cli","access_key_secret":"s"}]}`)
	w.want(Config{From: FromDefault}, "by-cli", "config.json")
	w.write(".ossutilconfig", "[default]\naccessKeyID=by-ossutil\naccessKeySecret=s\n")
	w.want(Config{From: FromDefault}, "by-ossutil", ".ossutilconfig")
	w.write(".ossutilconfig", "[default]\naccessKeyID=by-ossutil\n")
	w.refuse(Config{From: FromDefault}, "ossutil, the first source that is configured")
	w.vars[tokenVariable] = "token"
	w.refuse(Config{From: FromDefault}, "oidc, the first source that is configured")
	w.vars["OSS_ACCESS_KEY_ID"], w.vars["OSS_ACCESS_KEY_SECRET"] = "by-env", "s"
	w.want(Config{From: FromDefault}, "by-env", "the environment")
	delete(w.vars, "OSS_ACCESS_KEY_ID")
	w.refuse(Config{From: FromDefault}, "OSS_ACCESS_KEY_ID is not set")
}

// program writes an executable that answers in the place of one of the user's.
func (w *world) program(lines string) string {
	path := w.write("program", "#!/bin/sh\n"+lines)
	if err := os.Chmod(path, 0o700); err != nil {
		w.t.Fatal(err)
	}
	return path
}

func TestProcess(t *testing.T) {
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Skip("no shell to write programs for")
	}
	w := newWorld(t)
	w.refuse(Config{From: FromProcess}, "holds no command")
	// The arguments go to the program as they stand: no shell expands them.
	program := w.program(`test "$1" = '$HOME;' || exit 1; echo '` + w.handOut("by-program") + `'`)
	w.vars[processVariable] = program + " '$HOME;'"
	w.want(Config{From: FromProcess}, "by-program", processVariable)
	for lines, says := range map[string]string{
		"echo " + canarySecret + " >&2; exit 3":              "exit status 3",
		"echo " + canarySecret:                               "no JSON object",
		"echo '{}'":                                          "access key id is not set",
		"head -c 100000 /dev/zero; sleep 600":                "more than 65536 bytes",
		`echo '{"AccessKeyId":"a","AccessKeySecret":"b c"}'`: "holds white space",
		`echo '{"mode":"StsToken","access_key_id":"i","access_key_secret":"s","sts_token":"t","expiration":"2026-05-01T11:00:00Z"}'`: "expired at",
	} {
		w.vars[processVariable] = w.program(lines)
		w.refuse(Config{From: FromProcess}, says)
	}
	w.vars[processVariable] = "/nowhere/program"
	w.refuse(Config{From: FromProcess}, "no such file")
	w.vars[processVariable] = "'open"
	w.refuse(Config{From: FromProcess}, "quotes that do not end")
}

func TestSplit(t *testing.T) {
	for command, want := range map[string]string{
		"":                       "[]",
		" \t\n":                  "[]",
		"a b  c":                 `["a" "b" "c"]`,
		`'a b' "c 'd'" e"f"'g' `: `["a b" "c 'd'" "efg"]`,
		`"" ''`:                  `["" ""]`,
		`C:\x\y.exe $A`:          `["C:\\x\\y.exe" "$A"]`,
	} {
		if words, err := split(command); err != nil || fmt.Sprintf("%q", words) != want {
			t.Errorf("%q: %q, %v, want %s", command, words, err, want)
		}
	}
}

// What is asked of this machine and its metadata service never goes by a proxy, and
// what is asked of the token service only by the one that is given.
func TestX8_NoProxyOfTheEnvironment(t *testing.T) {
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"} {
		t.Setenv(name, "http://127.0.0.1:1")
	}
	o := Options{}.withDefaults()
	for _, transport := range []http.RoundTripper{o.direct, o.Transport} {
		if transport.(*http.Transport).Proxy != nil {
			t.Error("a proxy may be asked")
		}
	}
	w := newWorld(t)
	w.vars["OSS_ACCESS_KEY_ID"], w.vars["OSS_ACCESS_KEY_SECRET"] = canaryID, canarySecret
	w.vars["OSSSYNC_STS_ENDPOINT"] = "https://sts.example.com"
	w.opts.Transport = recorder(func(r *http.Request) string { return w.grant("by-" + r.URL.Host) })
	w.want(Config{From: FromAssumeRole, RoleARN: "r"}, "by-sts.example.com", "sts.example.com")
}

// recorder is a transport that answers itself.
type recorder func(*http.Request) string

func (f recorder) RoundTrip(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	io.WriteString(rec, f(r))
	return rec.Result(), nil
}
