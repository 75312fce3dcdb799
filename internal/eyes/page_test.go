package eyes

import (
	"os"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"

	"github.com/osssync/osssync/internal/watch"
)

// TestPage looks at the page in a real browser.
func TestPage(t *testing.T) {
	tab := newBrowser(t)
	t.Run("scenes", func(t *testing.T) { testScenes(t, tab(t)) })
	t.Run("follows the board", func(t *testing.T) { testFollowing(t, tab(t)) })
	t.Run("by keyboard", func(t *testing.T) { testKeyboard(t, tab(t)) })
	t.Run("holds still", func(t *testing.T) { testStillness(t, tab(t)) })
	t.Run("tells when it is old", func(t *testing.T) { testLoss(t, tab(t)) })
}

// testScenes looks at a watch in each of its main states, on each screen.
func testScenes(t *testing.T, b *browser) {
	board := boardOf()
	traffic := &Traffic{}
	work := newWork(t, traffic)
	web := serve(t, newServer(t, board, Options{Version: "1.4.0", Traffic: traffic}))
	work.once()
	for _, scene := range scenes {
		b.use(screens[0])
		board.become(func(s *watch.Status) { s.Mappings = scene.mappings() })
		b.do(chromedp.Navigate(web.URL + "/"))
		b.until(`document.getElementById('link').textContent === 'Live'`)
		b.until(`document.querySelector('figcaption').textContent.includes('/s')`)
		if scene.name == "working" && os.Getenv("OSSSYNC_SHOTS") != "" {
			work.forAWhile()
		}
		if got := eval[string](b, `document.getElementById('headline').textContent`); got != scene.headline {
			t.Errorf("%s: headline %q, want %q", scene.name, got, scene.headline)
		}
		for _, screen := range screens {
			b.use(screen)
			if wide := eval[int](b, `document.documentElement.scrollWidth`); wide > int(screen.width) {
				t.Errorf("%s, %s: the page is %d wide", scene.name, screen.name, wide)
			}
			eval[bool](b, `document.querySelectorAll('.card:first-of-type details, .card.bad details').forEach((d) => { d.open = true; }) || true`)
			for _, wide := range eval[[]string](b, tooWide) {
				t.Errorf("%s, %s: too wide: %s", scene.name, screen.name, wide)
			}
			for _, poor := range eval[[]string](b, poorContrast) {
				t.Errorf("%s, %s: contrast %s", scene.name, screen.name, poor)
			}
			b.shoot(scene.name + "-" + screen.name)
		}
	}
	b.behaved(web.URL)
}

// testFollowing changes what is shown under an open page: it shows that, and
// leaves alone what the reader has done.
func testFollowing(t *testing.T, b *browser) {
	board := boardOf(sceneInSync()...)
	web := serve(t, newServer(t, board, Options{}))
	b.do(chromedp.Navigate(web.URL + "/"))
	b.until(`document.getElementById('link').textContent === 'Live'`)
	if diff := cmp.Diff([]string{"site in sync", "photos in sync", "models in sync"}, eval[[]string](b, chips)); diff != "" {
		t.Error(diff)
	}
	eval[bool](b, `(() => {
	  const d = document.querySelector('#m-site details');
	  d.open = true;
	  d.querySelector('summary').focus();
	  document.getElementById('m-photos').marked = true;
	  return true;
	})()`)
	board.become(func(s *watch.Status) { s.Mappings = sceneHalted()[:2] })
	b.until(`document.querySelectorAll('.card').length === 2 && document.querySelector('#m-photos .chip').textContent.trim() === 'halted'`)
	for expression, want := range map[string]string{
		`document.title`: "halted · osssync",
		`document.getElementById('headline').textContent`:                                                                               "1 halted, 1 in sync",
		`document.activeElement.tagName + document.querySelector('#m-site details').open`:                                               "SUMMARYtrue",
		`String(document.getElementById('m-photos').marked)`:                                                                            "true",
		`document.querySelector('#m-photos .note code').textContent`:                                                                    "osssync apply",
		`document.querySelector('#m-photos .note .small').textContent`:                                                                  "guard6 times in a rowlast 1m ago",
		`String(document.getElementById('icon').href.includes('cf222e'))`:                                                               "true",
		`[...document.querySelectorAll('#m-site td code')].at(0).textContent`:                                                           `"evil\u202egpj.exe"`,
		`String(document.querySelectorAll('h1').length + document.querySelectorAll('main, header.top').length)`:                         "3",
		`String([...document.querySelectorAll('[id]')].length - new Set([...document.querySelectorAll('[id]')].map((n) => n.id)).size)`: "0",
	} {
		if got := eval[string](b, expression); got != want {
			t.Errorf("%s is %q, want %q", expression, got, want)
		}
	}
	b.until(`document.getElementById('said').textContent === '1 halted, 1 in sync'`)
	b.behaved(web.URL)
}

// testKeyboard goes through the page with Tab: it comes by all that can be used,
// and shows where it is.
func testKeyboard(t *testing.T, b *browser) {
	web := serve(t, newServer(t, boardOf(sceneHalted()...), Options{}))
	b.do(chromedp.Navigate(web.URL + "/"))
	b.until(`document.getElementById('link').textContent === 'Live'`)
	const label = `((n) => n.textContent.trim() + (n.closest('.card') ? ' of ' + n.closest('.card').id : ''))`
	want := eval[[]string](b, `[...document.querySelectorAll('a[href], button, input, summary, [tabindex="0"]')].map(`+label+`)`)
	var got []string
	for range want {
		b.do(chromedp.KeyEvent(kb.Tab))
		got = append(got, eval[string](b, label+`(document.activeElement)`))
		if outline := eval[string](b, `getComputedStyle(document.activeElement).outlineStyle`); outline == "none" {
			t.Errorf("nothing shows that %q has the focus", got[len(got)-1])
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || len(want) < 6 {
		t.Errorf("-want +got:\n%s", diff)
	}
	open := `document.querySelector('#m-site summary').parentElement.open`
	eval[bool](b, `document.querySelector('#m-site summary').focus() || true`)
	b.do(chromedp.KeyEvent(kb.Enter))
	b.until(open)
}

// testStillness has a reader who wants no motion.
func testStillness(t *testing.T, b *browser) {
	web := serve(t, newServer(t, boardOf(sceneWorking()...), Options{}))
	b.do(chromedp.Navigate(web.URL + "/"))
	const moving = `document.getAnimations().length`
	if eval[int](b, moving) == 0 {
		t.Error("nothing moves, so this test proves nothing")
	}
	b.media("prefers-reduced-motion", "reduce")
	if n := eval[int](b, moving); n > 0 {
		t.Errorf("%d animations", n)
	}
}

// testLoss ends the server under an open page.
func testLoss(t *testing.T, b *browser) {
	web := serve(t, newServer(t, boardOf(sceneInSync()...), Options{}))
	b.do(chromedp.Navigate(web.URL + "/"))
	b.until(`document.getElementById('link').textContent === 'Live'`)
	web.CloseClientConnections()
	web.Listener.Close()
	b.until(`document.getElementById('link').textContent.startsWith('No connection')`)
}
