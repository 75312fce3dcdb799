package ossserver

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// maxCredentialsFile bounds the file that ReadCredentials reads.
const maxCredentialsFile = 1 << 20

// ReadCredentials reads key pairs from a file: one access key id and its secret a
// line, and for a temporary pair its security token, with blanks between. Empty
// lines and lines that start with "#" are left out. The secrets are for
// Options.Credentials and the tokens for Options.SecurityTokens, each by id.
//
// The file must belong to the user and be closed to all others (mode 0600 or
// less), or the error says which of it is not so; on systems without such modes
// that is not checked.
func ReadCredentials(path string) (secrets, tokens map[string]string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("credentials: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, fmt.Errorf("credentials: %w", err)
	}
	if err := checkPrivate(info); err != nil {
		return nil, nil, fmt.Errorf("credentials %q: %w", path, err)
	}
	secrets, tokens, err = parseCredentials(io.LimitReader(f, maxCredentialsFile))
	if err != nil {
		return nil, nil, fmt.Errorf("credentials %q: %w", path, err)
	}
	return secrets, tokens, nil
}

// checkPrivate judges the file itself, opened: a path could lead elsewhere by
// the time it is read.
func checkPrivate(info os.FileInfo) error {
	if !info.Mode().IsRegular() {
		return errors.New("no regular file")
	}
	if !hasOwners {
		return nil
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("mode %04o: open to others, want 0600", mode)
	}
	if !ownedByUser(info) {
		return errors.New("owned by another user")
	}
	return nil
}

// parseCredentials never puts a secret or a token into an error.
func parseCredentials(r io.Reader) (secrets, tokens map[string]string, err error) {
	secrets, tokens = make(map[string]string), make(map[string]string)
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		fields := strings.Fields(lines.Text())
		switch {
		case len(fields) == 0 || strings.HasPrefix(fields[0], "#"):
			continue
		case len(fields) < 2 || len(fields) > 3:
			return nil, nil, fmt.Errorf("line %d: %d words, want access key id, secret and, for a temporary pair, security token", n, len(fields))
		case secrets[fields[0]] != "":
			return nil, nil, fmt.Errorf("line %d: access key id %q twice", n, fields[0])
		}
		secrets[fields[0]] = fields[1]
		if len(fields) == 3 {
			tokens[fields[0]] = fields[2]
		}
	}
	if err := lines.Err(); err != nil {
		return nil, nil, err
	}
	if len(secrets) == 0 {
		return nil, nil, errors.New("no key pair")
	}
	return secrets, tokens, nil
}
