package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"slices"
	"syscall"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/osssync/osssync/internal/index"
	"github.com/osssync/osssync/internal/localfs"
	"github.com/osssync/osssync/internal/ossclient"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/iter"
	"github.com/osssync/osssync/plan"
	"github.com/osssync/osssync/resumable"
	"github.com/osssync/osssync/spec"
)

func TestExitCode(t *testing.T) {
	answer := func(status int, code string) error {
		return &oss.ServiceError{StatusCode: status, Code: code}
	}
	tests := []struct {
		name string
		err  error
		want int
	}{
		{"nothing", nil, exitDone},
		{"anything", errors.New("x"), exitFailed},
		{"no such object", answer(404, "NoSuchKey"), exitFailed},
		{"guard", &plan.GuardError{}, exitGuard},
		{"stale plan", &plan.StaleError{}, exitStale},
		{"lock", &reconcile.LockedError{}, exitLocked},
		{"folder of another server", ossserver.ErrLocked, exitLocked},
		{"spec", spec.Errors{{What: "x"}}, exitUsage},
		{"setup", &reconcile.SetupError{}, exitUsage},
		{"command line", &usageError{err: errors.New("x")}, exitUsage},
		{"file of a command line", &usageError{err: fs.ErrNotExist}, exitUsage},
		{"plan file", plan.ErrInvalid, exitUsage},
		{"unknown mapping", reconcile.ErrUnknownMapping, exitUsage},
		{"S6 index of a newer version", index.ErrNewer, exitUsage},
		{"S6 record of a newer version", resumable.ErrNewer, exitUsage},
		{"argument of a transfer", resumable.ErrInvalid, exitUsage},
		{"missing bucket", answer(404, "NoSuchBucket"), exitUsage},
		{"another region", &oss.ServiceError{StatusCode: 400, Code: "InvalidArgument", Message: "Invalid signing region in Authorization header."}, exitUsage},
		{"no credentials", ossclient.ErrNoCredentials, exitDenied},
		{"strange endpoint", ossclient.ErrUntrustedEndpoint, exitDenied},
		{"wrong secret", answer(403, "SignatureDoesNotMatch"), exitDenied},
		{"proxy page", iter.ErrNotListing, exitRemote},
		{"service down", answer(503, "ServiceUnavailable"), exitRemote},
		{"no connection", &url.Error{Op: "Get", URL: "http://127.0.0.1", Err: &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}}, exitRemote},
		{"integrity", &resumable.IntegrityError{}, exitIntegrity},
		{"path of somebody else", &os.PathError{Op: "mkdirat", Path: "x", Err: syscall.EACCES}, exitDisk},
		{"database of a server", fmt.Errorf("names.db: %w", ossserver.ErrDamaged), exitDisk},
		{"busy port", &serveError{err: &net.OpError{Op: "listen", Err: syscall.EADDRINUSE}}, exitFailed},
		{"disk full", &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}, exitDisk},
		{"source changed", resumable.ErrSourceChanged, exitIncomplete},
		{"file changed", localfs.ErrChanged, exitIncomplete},
		{"SIGINT", &interrupt{os.Interrupt}, exitInterrupted},
		{"SIGTERM", &interrupt{syscall.SIGTERM}, exitTerminated},
		{"cancelled", context.Canceled, exitInterrupted},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := exitCode(tt.err); got != tt.want {
				t.Errorf("code %d, want %d", got, tt.want)
			}
			if tt.err == nil {
				return
			}
			if got := exitCode(fmt.Errorf("mapping: %w", errors.Join(tt.err, errors.New("close")))); got != tt.want {
				t.Errorf("code %d when wrapped, want %d", got, tt.want)
			}
		})
	}
}

func TestGraver(t *testing.T) {
	all := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 130, 143}
	if diff := len(severity) - len(all); diff != 0 || !slices.Equal(slices.Sorted(slices.Values(severity)), all) {
		t.Fatalf("severity does not order all codes: %v", severity)
	}
	tests := []struct{ a, b, want int }{
		{exitDone, exitChanges, exitChanges},
		{exitChanges, exitIncomplete, exitIncomplete},
		{exitIncomplete, exitGuard, exitGuard},
		{exitGuard, exitRemote, exitRemote},
		{exitRemote, exitIntegrity, exitIntegrity},
		{exitIntegrity, exitInterrupted, exitInterrupted},
		{exitUsage, exitUsage, exitUsage},
	}
	for _, tt := range tests {
		if got := graver(tt.a, tt.b); got != tt.want {
			t.Errorf("graver(%d, %d) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
		if got := graver(tt.b, tt.a); got != tt.want {
			t.Errorf("graver(%d, %d) = %d, want %d", tt.b, tt.a, got, tt.want)
		}
	}
}

func TestEndCode(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	if got := endCode(ctx, exitRemote); got != exitRemote {
		t.Errorf("code %d without a signal, want %d", got, exitRemote)
	}
	cancel(&interrupt{syscall.SIGTERM})
	if got := endCode(ctx, exitRemote); got != exitTerminated {
		t.Errorf("code %d of a request cut off by SIGTERM, want %d", got, exitTerminated)
	}
	if got := endCode(ctx, exitDone); got != exitDone {
		t.Errorf("code %d of what ended well, want %d", got, exitDone)
	}
}
