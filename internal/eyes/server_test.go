package eyes

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/osssync/osssync/internal/watch"
)

// ask sends a request as one that came in at an address.
func ask(s *Server, at net.Addr, method, host, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://"+host+path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, at)))
	return w
}

var (
	overTCP  = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9723}
	overUnix = &net.UnixAddr{Name: "/run/status.sock", Net: "unix"}
)

func TestGuard(t *testing.T) {
	tests := []struct {
		name         string
		at           net.Addr
		public       bool
		method, host string
		path         string
		want         int
	}{
		{"localhost", overTCP, false, "GET", "localhost:9723", "/", 200},
		{"upper case", overTCP, false, "GET", "LOCALHOST", "/", 200},
		{"loopback", overTCP, false, "GET", "127.0.0.1:9723", "/metrics", 200},
		{"another loopback", overTCP, false, "GET", "127.9.9.9", "/readyz", 200},
		{"loopback of IPv6", overTCP, false, "GET", "[::1]:9723", "/healthz", 200},
		{"a name that points here", overTCP, false, "GET", "evil.example:9723", "/", 421},
		{"a name that begins like one", overTCP, false, "GET", "localhost.evil.example", "/", 421},
		{"a number that is one elsewhere", overTCP, false, "GET", "2130706433", "/", 421},
		{"public", overTCP, true, "GET", "status.example", "/", 200},
		{"socket", overUnix, false, "GET", "anything", "/", 200},
		{"head", overTCP, false, "HEAD", "localhost", "/events", 200},
		{"post", overTCP, false, "POST", "localhost", "/", 405},
		{"delete", overTCP, true, "DELETE", "localhost", "/metrics", 405},
		{"options", overTCP, false, "OPTIONS", "localhost", "/", 405},
		{"elsewhere", overTCP, false, "GET", "localhost", "/status", 404},
	}
	for _, tt := range tests {
		s := newServer(t, boardOf(mappingOf("site", watch.InSync)), Options{Public: tt.public})
		w := ask(s, tt.at, tt.method, tt.host, tt.path)
		if w.Code != tt.want {
			t.Errorf("%s: %d, want %d: %s", tt.name, w.Code, tt.want, w.Body)
		}
		h := w.Header()
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin", "Referrer-Policy": "no-referrer",
		} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q", tt.name, name, h.Get(name))
			}
		}
		if policy := h.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'; ") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", tt.name, policy)
		}
		if h.Get("Set-Cookie") != "" || h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %v", tt.name, h)
		}
	}
}

// TestGuard_PageOfAnotherSite cannot take the places of those who look.
func TestGuard_PageOfAnotherSite(t *testing.T) {
	s := newServer(t, boardOf(), Options{})
	for site, want := range map[string]int{"cross-site": 403, "same-site": 403, "same-origin": 200, "none": 200} {
		if w := ask(s, overTCP, "HEAD", "localhost", "/events", "Sec-Fetch-Site", site); w.Code != want {
			t.Errorf("%s: %d", site, w.Code)
		}
	}
}

func TestProbes(t *testing.T) {
	fresh := mappingOf("new", watch.Working)
	fresh.LastPass = time.Time{}
	tests := []struct {
		name          string
		silent        string
		mappings      []watch.MappingStatus
		health, ready int
		line          string // of /readyz
	}{
		{"nothing yet", "", nil, 200, 503, "no mapping is kept yet"},
		{"first pass", "", []watch.MappingStatus{mappingOf("site", watch.InSync), fresh}, 200, 503, `mapping "new" has not come to the end of a pass over everything`},
		{"in sync", "", []watch.MappingStatus{mappingOf("site", watch.InSync)}, 200, 200, "ready"},
		{"degraded", "", []watch.MappingStatus{mappingOf("site", watch.Degraded), mappingOf("b", watch.BackingOff)}, 200, 200, "ready"},
		{"halted", "", []watch.MappingStatus{mappingOf("site", watch.Stopped)}, 200, 503, `mapping "site" is halted`},
		{"hangs", "site", []watch.MappingStatus{mappingOf("site", watch.Working)}, 503, 200, "ready"},
	}
	for _, tt := range tests {
		board := boardOf(tt.mappings...)
		board.silent = tt.silent
		s := newServer(t, board, Options{})
		if w := ask(s, overTCP, "GET", "localhost", "/healthz"); w.Code != tt.health {
			t.Errorf("%s: health %d %s", tt.name, w.Code, w.Body)
		}
		if w := ask(s, overTCP, "GET", "localhost", "/readyz"); w.Code != tt.ready || w.Body.String() != tt.line+"\n" {
			t.Errorf("%s: ready %d %s", tt.name, w.Code, w.Body)
		}
	}
}

// TestPage_WithoutScript reads the document as it comes: it tells everything, and what
// is from outside stays text.
func TestPage_WithoutScript(t *testing.T) {
	halted := sceneHalted()
	halted[0].Changes[0].Path = `<script>alert("1")</script>`
	halted[0].Changes[1].Path = "a\x1b[2Jb"
	halted[0].Changes[2].Error, halted[0].Changes[2].Outcome = "</td><b>x", "failed"
	board := boardOf(halted...)
	board.status.SpecError, board.status.LogDropped = "line 3: <field>", 5
	w := ask(newServer(t, board, Options{Version: "1.4.0"}), overTCP, "GET", "localhost", "/")
	body := w.Body.String()
	for _, want := range []string{
		"<h1 id=\"headline\">1 halted, 1 failing, 1 in sync; the spec as it stands is not in use</h1>", "line 3: &lt;field&gt;", "5 lines of the log were dropped",
		`&lt;script&gt;alert(\&#34;1\&#34;)&lt;/script&gt;`, `a\x1b[2Jb`, "&lt;/td&gt;&lt;b&gt;x", `evil\u202egpj.exe`, "osssync 1.4.0", "<noscript>",
		"2 files without an object; prune leaves them", "<title>halted · osssync</title>", "in 7m", "3m ago", "set meta failed",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(body, "<script>alert") || strings.ContainsAny(body, "\x1b\u202e") || strings.Contains(body, "ZgotmplZ") {
		t.Error("something from outside is more than text")
	}
}

func TestView(t *testing.T) {
	one := func(state watch.State) string {
		v := newServer(t, boardOf(mappingOf("site", state)), Options{}).see()
		return v.Headline + "|" + v.Look.Tone
	}
	for state, want := range map[watch.State]string{
		watch.InSync: "The mapping is in sync|ok", watch.Starting: "The mapping is starting|busy", watch.Settling: "The mapping is settling|busy",
		watch.Working: "The mapping is working|busy", watch.Holding: "The mapping is waiting|idle", watch.Degraded: "The mapping is degraded|warn",
		watch.BackingOff: "The mapping is failing|bad", watch.Stopped: "The mapping is halted|bad",
	} {
		if got := one(state); got != want {
			t.Errorf("%s: %q", state, got)
		}
	}
	if v := newServer(t, boardOf(), Options{}).see(); v.Headline != "Starting" || v.Title != "starting · osssync" {
		t.Errorf("%+v", v)
	}
	board := boardOf(mappingOf("site", watch.InSync))
	board.status.SpecError = "x"
	if v := newServer(t, board, Options{}).see(); v.Look != specOff {
		t.Errorf("%+v", v.Look)
	}
	if len(looks) != len(states) {
		t.Error("a state without a look")
	}
	if got := cut(strings.Repeat("é", shownText)); len(got) > shownText+len("…") || !strings.HasSuffix(got, "é…") {
		t.Errorf("%q", got)
	}
}

func TestListen(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	for _, address := range []string{"", "9723", "127.0.0.1", ":9723", "0.0.0.0:0", "[::]:0", "192.0.2.1:80", "example.com:80", "unix:", "unix:@abstract"} {
		var wrong *AddressError
		if l, err := Listen(t.Context(), address, false); !errors.As(err, &wrong) || wrong.Hint == "" {
			t.Errorf("%q: %v, %v", address, l, err)
		}
	}
	for _, address := range []string{"127.0.0.1:0", "localhost:0", "unix:" + socket} {
		l, err := Listen(t.Context(), address, false)
		if err != nil {
			t.Errorf("%q: %v", address, err)
			continue
		}
		l.Close()
	}
	l, err := Listen(t.Context(), ":0", true)
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	var wrong *AddressError
	if _, err := Listen(t.Context(), "127.0.0.1:99999", false); err == nil || errors.As(err, &wrong) {
		t.Errorf("a port that is none: %v", err)
	}
}

// TestListen_Socket finds a socket that a dead process left, one that is in use, and a
// file.
func TestListen_Socket(t *testing.T) {
	dir := t.TempDir()
	socket := filepath.Join(dir, "s")
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		t.Skip(err)
	}
	dead.SetUnlinkOnClose(false)
	dead.Close()
	alive, err := Listen(t.Context(), "unix:"+socket, false)
	if err != nil {
		t.Fatal(err)
	}
	defer alive.Close()
	if _, err := Listen(t.Context(), "unix:"+socket, false); err == nil || !strings.Contains(err.Error(), "another process listens") {
		t.Errorf("in use: %v", err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(t.Context(), "unix:"+file, false); err == nil {
		t.Error("a file is replaced")
	}

	ctx, end := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- newServer(t, boardOf(), Options{}).Serve(ctx, alive) }()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}}
	r, err := client.Get("http://status/healthz")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r.Body)
	r.Body.Close()
	if string(body) != "ok\n" || err != nil {
		t.Errorf("%q, %v", body, err)
	}
	end()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
