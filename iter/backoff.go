package iter

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

const (
	// The base and the cap of the SDK's own retryer.
	backoffBase = 200 * time.Millisecond
	backoffCap  = 20 * time.Second
	// maxRetryAfter bounds what a server may make us wait.
	maxRetryAfter = time.Minute
)

// transient tells whether another attempt may help. The service's Python SDK tries only 5xx again; failures of the
// transport, torn bodies and 429 are as harmless to repeat, since listings change nothing.
func transient(err error) bool {
	if service, ok := errors.AsType[*oss.ServiceError](err); ok {
		return service.StatusCode >= 500 || service.StatusCode == http.StatusTooManyRequests
	}
	if _, untrusted := errors.AsType[*tls.CertificateVerificationError](err); untrusted {
		return false
	}
	_, torn := errors.AsType[*tornError](err)
	// net/url's Error, in which net/http wraps all failures to send a request, is a net.Error too.
	_, network := errors.AsType[net.Error](err)
	return torn || network || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// delay is how long to wait after the given attempt failed with err.
func delay(attempt int, err error) time.Duration {
	ceiling := backoffCap
	if attempt < 7 { // 200 ms << 7 is over the cap
		ceiling = backoffBase << attempt
	}
	wait := rand.N(ceiling)
	if service, ok := errors.AsType[*oss.ServiceError](err); ok {
		wait = max(wait, min(retryAfter(service), maxRetryAfter))
	}
	return wait
}

// retryAfter is what the answer says in Retry-After, a number of seconds or a date, or 0.
func retryAfter(service *oss.ServiceError) time.Duration {
	value := service.Headers.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	// Both by the clock of the server.
	return at.Sub(service.Timestamp)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
