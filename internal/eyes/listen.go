package eyes

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"strings"
	"syscall"

	"github.com/osssync/osssync/internal/disk"
)

// AddressError says why an address is none to listen at.
type AddressError struct {
	Address string
	Reason  string
	Hint    string // what can be done about it
}

// Error names address and reason.
func (e *AddressError) Error() string { return fmt.Sprintf("address %q: %s", e.Address, e.Reason) }

// Listen listens at "host:port", where port 0 is any free one, or at "unix:PATH".
// Unless public is set, host has to be a loopback address or localhost. Who may use a
// socket of the file system is said by the umask and the folder. A socket there that
// nobody listens at is replaced.
//
// The error is an [*AddressError] if the address is wrong, else that of the system.
func Listen(ctx context.Context, address string, public bool) (net.Listener, error) {
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		return listenUnix(ctx, address, path)
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, &AddressError{address, "not host:port or unix:PATH", "such as 127.0.0.1:9723"}
	}
	if !public && !loopback(host) {
		return nil, exposed(address)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	// What localhost means is up to the system.
	if at, ok := listener.Addr().(*net.TCPAddr); !public && (!ok || !at.IP.IsLoopback()) {
		return nil, errors.Join(exposed(address), listener.Close())
	}
	return listener, nil
}

func exposed(address string) error {
	return &AddressError{address, "others can reach it", "use 127.0.0.1 or unix:PATH, or --status-public if everybody who reaches it may see names of files"}
}

// loopback reports whether host, without a port, is this machine by what it says
// itself; no name is looked up.
func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"))
	return err == nil && ip.Unmap().IsLoopback()
}

func listenUnix(ctx context.Context, address, path string) (net.Listener, error) {
	if path == "" || path[0] == '@' { // an abstract socket of Linux has no permissions
		return nil, &AddressError{address, "no path of a socket", "such as unix:/run/osssync/status.sock"}
	}
	if err := removeStale(ctx, path); err != nil {
		return nil, err
	}
	return new(net.ListenConfig).Listen(ctx, "unix", path)
}

// removeStale removes a socket that a process has left behind.
//
// RACE: another process may begin to listen between the question and the removal; its
// socket is then gone. The lock of the watch keeps a second one over the same spec out.
func removeStale(ctx context.Context, path string) error {
	at, err := disk.LstatPath(path)
	if err != nil || at.Mode().Type() != fs.ModeSocket {
		return nil // to listen will tell
	}
	conn, err := new(net.Dialer).DialContext(ctx, "unix", path)
	if err == nil {
		return errors.Join(fmt.Errorf("socket %q: another process listens there", path), conn.Close())
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return err
	}
	return disk.RemovePath(path)
}
