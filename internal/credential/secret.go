package credential

import (
	"fmt"
	"io"
)

// hidden stands wherever a Secret is written.
const hidden = "[secret]"

// Secret is a text that cannot be printed or encoded. The zero value is the empty
// text. A Secret may be copied and read by any number of goroutines; it cannot be
// compared, so that no map or test shows it by its differences.
type Secret struct {
	reveal func() string // a closure: fmt prints unexported fields of what holds it, and of this only an address
}

// New hides text.
func New(text string) Secret { return Secret{func() string { return text }} }

// Reveal returns the text.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// Empty reports whether there is no text.
func (s Secret) Empty() bool { return s.Reveal() == "" }

// String returns "[secret]".
func (Secret) String() string { return hidden }

// GoString returns "[secret]".
func (Secret) GoString() string { return hidden }

// Format writes "[secret]", whatever the verb and its flags.
func (Secret) Format(f fmt.State, _ rune) { io.WriteString(f, hidden) }

// MarshalText returns "[secret]". It serves encoding/json and log/slog too.
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// UnmarshalText hides text, so that flags can be read into a Secret.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = New(string(text))
	return nil
}
