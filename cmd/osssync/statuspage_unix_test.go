//go:build unix

package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// asks gets a page from the socket status.sock until the answer has a code and all the
// words: asks CODE PATH [WORD]...
func asks(ts *testscript.TestScript, _ bool, args []string) {
	ctx, cancel := context.WithTimeout(context.Background(), scriptWait)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", ts.MkAbs("status.sock"))
	}}}
	last := ""
	for ctx.Err() == nil {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://status"+args[1], nil)
		ts.Check(err)
		answer, err := client.Do(request)
		if err != nil {
			last = err.Error()
			continue
		}
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		last = string(body)
		met := strconv.Itoa(answer.StatusCode) == args[0]
		for _, word := range args[2:] {
			met = met && strings.Contains(last, word)
		}
		if met {
			return
		}
	}
	ts.Fatalf("%s never was %q but:\n%s", args[1], args, last)
}
