package eyes

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	chromelog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser is one tab of Chromium, with what it complained of and asked for.
type browser struct {
	t   *testing.T
	ctx context.Context

	mu         sync.Mutex
	complaints []string
	requests   []string
}

// chromium returns the path of the browser. Without one the test is skipped, unless it
// has to run.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" || os.Getenv("OSSSYNC_CHROMIUM") == "required" {
		t.Fatal("no chromium, though CI=true or OSSSYNC_CHROMIUM=required")
	}
	t.Skip("no chromium here to look at the page with; .ci/run installs one")
	return ""
}

// newBrowser starts a browser with a profile of its own, and returns what opens a tab.
func newBrowser(t *testing.T) (tab func(*testing.T) *browser) {
	t.Helper()
	dir, err := os.MkdirTemp("", "osssync-eyes-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium(t)), chromedp.UserDataDir(dir), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
	)
	ctx, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	first, stop := chromedp.NewContext(ctx)
	t.Cleanup(stop)
	if err := chromedp.Do(first, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	return func(t *testing.T) *browser {
		t.Helper()
		b := &browser{t: t}
		ctx, end := chromedp.NewContext(first, chromedp.WithListener(b.note))
		t.Cleanup(end)
		b.ctx = ctx
		b.do(chromedp.Navigate("about:blank"))
		_, err := chromedp.Call(b.ctx, chromelog.Enable, cdp.Empty{})
		b.check(err)
		_, err = chromedp.Call(b.ctx, network.Enable, network.EnableParams{})
		b.check(err)
		return b
	}
}

// note runs where the messages of the tab are read.
func (b *browser) note(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		for _, a := range e.Args {
			b.complaints = append(b.complaints, string(e.Type)+" "+string(a.Value))
		}
	case *runtime.EventExceptionThrown:
		b.complaints = append(b.complaints, e.ExceptionDetails.Text)
	case *chromelog.EventEntryAdded:
		b.complaints = append(b.complaints, e.Entry.Text)
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, e.Request.URL)
	}
}

// behaved fails if the page complained, or asked anybody but the server at base.
func (b *browser) behaved(base string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.complaints {
		b.t.Errorf("the page says: %s", c)
	}
	asked := 0
	for _, url := range b.requests {
		switch {
		case strings.HasPrefix(url, base+"/"):
			asked++
		case !strings.HasPrefix(url, "data:") && url != "about:blank":
			b.t.Errorf("the page asks for %s", url)
		}
	}
	if asked == 0 {
		b.t.Error("no request was seen")
	}
}

func (b *browser) check(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	b.check(chromedp.Do(b.ctx, steps...))
}

// eval returns what an expression is in the page.
func eval[T any](b *browser, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	b.check(err)
	return v
}

// until waits for an expression to be true in the page.
func (b *browser) until(expression string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](expression, chromedp.WithPollingInterval(20*time.Millisecond))); err != nil {
		b.t.Fatalf("%s: %v; the page has: %s", expression, err, eval[string](b, "document.body.innerText"))
	}
}

// screen is what a page is looked at on.
type screen struct {
	name          string
	width, height int64
	scheme        string // light or dark
}

var screens = []screen{
	{"light", 1280, 800, "light"}, {"dark", 1280, 800, "dark"}, {"phone", 360, 740, "light"}, {"phone-dark", 360, 740, "dark"},
}

func (b *browser) use(s screen) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(s.width, s.height, chromedp.EmulateScale(2)))
	b.media("prefers-color-scheme", s.scheme)
}

func (b *browser) media(feature, value string) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: feature, Value: value}},
	})
	b.check(err)
}

// shoot writes a picture of the whole page to the folder that OSSSYNC_SHOTS names.
func (b *browser) shoot(name string) {
	b.t.Helper()
	dir := os.Getenv("OSSSYNC_SHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	b.check(err)
	b.check(os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644))
}

// poorContrast lists the texts that do not stand out from what is behind them as WCAG
// 2 asks at level AA: 4.5 to 1.
const poorContrast = `(() => {
  const channels = (c) => { const m = c.match(/[\d.]+/g).map(Number); return m.length < 4 ? [...m, 1] : m; };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (n) => {
    for (; n; n = n.parentElement) {
      const c = channels(getComputedStyle(n).backgroundColor);
      if (c[3] === 1) return c;
    }
    return [255, 255, 255, 1];
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const n = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || n.closest('script, style, noscript, .unseen') || !n.checkVisibility()) continue;
    const a = light(channels(getComputedStyle(n).color)), b = light(behind(n));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(ratio.toFixed(2) + ' ' + n.className + ': ' + n.textContent.slice(0, 40));
  }
  return poor;
})()`

// tooWide lists what is cut off at its right, but for labels, which say so.
const tooWide = `[...document.querySelectorAll('main, main *')].filter((n) => n instanceof HTMLElement && n.checkVisibility() &&
  n.scrollWidth > n.clientWidth + 1 && n.clientWidth > 1 && getComputedStyle(n).display !== 'inline' && !n.matches('.label, .unseen, thead, thead *'))
  .map((n) => n.tagName + ' ' + n.className + ' ' + n.textContent.slice(0, 40))`

// chips are the words of the states, by mapping.
const chips = `[...document.querySelectorAll('.card')].map((c) => c.querySelector('h3').textContent + ' ' + c.querySelector('.chip').textContent.trim())`
