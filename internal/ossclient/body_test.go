package ossclient

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// A body that is taken back ends only if all of it has been sent.
func TestOutgoingReleased(t *testing.T) {
	tests := []struct {
		name   string
		length int64 // announced
		read   int
		want   error
	}{
		{"nothing sent", 4, 0, errReleased},
		{"half sent", 4, 2, errReleased},
		{"all sent, end not seen", 4, 4, io.EOF},
		{"all sent, end seen", 4, 5, io.EOF},
		{"unannounced, nothing sent", 0, 0, errReleased},
		{"unannounced, all sent, end not seen", 0, 4, errReleased},
		{"unannounced, all sent, end seen", 0, 5, io.EOF},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			dog := newWatchdog(time.Hour, cancel)
			defer dog.retire()
			o := newOutgoing(ctx, newMeter(new(atomic.Int64), 0), dog, io.NopCloser(strings.NewReader("body")), tt.length)
			for range tt.read {
				o.Read(make([]byte, 1))
			}
			o.release()
			if n, err := o.Read(make([]byte, 1)); n != 0 || !errors.Is(err, tt.want) {
				t.Errorf("%d, %v; want %v", n, err, tt.want)
			}
		})
	}
}
