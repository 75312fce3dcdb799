package listing

import "testing"

func TestStrideFollowsWhatPagesHeld(t *testing.T) {
	type read struct{ objects, known int }
	for _, tt := range []struct {
		name         string
		reads        []read
		stride, full int
	}{
		{"nothing read yet", nil, 1000, 1000},
		{"what was known", []read{{1000, 1000}, {1000, 1000}}, 1000, 1000},
		{"an object more", []read{{1000, 1000}, {1001, 1000}}, 950, 1000},
		{"half of what was known", []read{{500, 1000}}, 1900, 2000},
		{"ten times what was known", []read{{1000, 100}}, 95, 100},
		{"a gap", []read{{1000, 1000}, {0, 1000}}, 950, 1000},
		{"where nothing was known", []read{{1000, 1000}, {1000, 0}}, 950, 1000},
		{"two of five are different", []read{{1000, 1000}, {1000, 1000}, {100, 1000}, {100, 1000}, {1000, 1000}}, 950, 1000},
		{"different of late", []read{{1000, 1000}, {1000, 1000}, {500, 1000}, {500, 1000}, {500, 1000}}, 1900, 2000},
		{"very few known", []read{{1000, 1}}, 1, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPace(1000, 16)
			for _, r := range tt.reads {
				p.measure(r.objects, r.known)
			}
			if stride, full := p.stride(); stride != tt.stride || full != tt.full {
				t.Errorf("stride %d of %d, want %d of %d", stride, full, tt.stride, tt.full)
			}
		})
	}
	t.Run("slack ends", func(t *testing.T) {
		p := newPace(1000, 16)
		p.measure(1001, 1000)
		for range calmStretches {
			p.measure(1000, 1000)
		}
		if stride, full := p.stride(); stride != full {
			t.Errorf("stride %d of %d", stride, full)
		}
	})
}

func TestLimit(t *testing.T) {
	p := newPace(1000, 16)
	note := func(pages, objects, attempts int) int {
		for range pages {
			p.note(objects, attempts)
		}
		return p.limit()
	}
	for _, tt := range []struct {
		name                     string
		pages, objects, attempts int
		want                     int
	}{
		{"before the first page", 0, 0, 0, 1},
		{"one more with each full page", 1, 1000, 1, 2},
		{"no more where tries failed", 3, 1000, 2, 2},
		{"but for surprises", 3, 1000, 1, 5},
		{"up to the window", 40, 1000, 1, 16},
		{"half of all in vain", 30, 0, 1, 1},
		{"and for a long time", 200, 1000, 1, 1},
		{"until they make up for it", 200, 1000, 1, 16},
	} {
		if got := note(tt.pages, tt.objects, tt.attempts); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}
