package ui

import (
	"math"
	"testing"
	"time"
)

func TestAge(t *testing.T) {
	tests := []struct {
		age  time.Duration
		want string
	}{
		{-time.Hour, "0s"},
		{0, "0s"},
		{59*time.Second + 999*time.Millisecond, "59s"},
		{time.Minute, "1m"},
		{10 * time.Minute, "10m"},
		{10*time.Minute + 10*time.Second, "10m10s"},
		{20 * time.Hour, "20h"},
		{3*time.Hour + 20*time.Minute + time.Second, "3h20m"},
		{24 * time.Hour, "1d"},
		{50 * time.Hour, "2d2h"},
		{9*24*time.Hour + time.Hour, "9d"},
	}
	for _, tt := range tests {
		if got := Age(tt.age); got != tt.want {
			t.Errorf("Age(%v) = %q, want %q", tt.age, got, tt.want)
		}
	}
}

func TestCountAndBytes(t *testing.T) {
	tests := []struct{ got, want string }{
		{Count(0, "object"), "0 objects"},
		{Count(1, "object"), "1 object"},
		{Count(12345, "object"), "12,345 objects"},
		{Bytes(0), "0 B"},
		{Bytes(-1), "0 B"},
		{Bytes(1536), "1.5 KiB"},
		{Bytes(math.MaxInt64), "8.0 EiB"},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}
