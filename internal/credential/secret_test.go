package credential

import (
	"bytes"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestX2_SecretCannotBeWritten(t *testing.T) {
	const text = "Tr0ub4dor"
	secret := New(text)
	if secret.Reveal() != text || secret.Empty() {
		t.Fatal("not kept")
	}
	var out bytes.Buffer
	holder := struct {
		Open   Secret
		hidden Secret
		List   []Secret
		byName map[string]Secret
	}{secret, secret, []Secret{secret}, map[string]Secret{"id": secret}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%10.3s", "%T", "%p", "%c", "%U", "%w"} {
		for _, value := range []any{secret, &secret, holder, &holder, holder.byName, []any{secret}} {
			fmt.Fprintf(&out, verb+"\n", value)
		}
	}
	fmt.Fprintln(&out, errors.Join(fmt.Errorf("wrapped: %v", secret)), fmt.Sprint(secret), secret.String(), secret.GoString())
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(handler).Info("keys", "secret", secret, "in", holder, "at", &secret)
	}
	encode := func(err error) {
		if err != nil {
			fmt.Fprintln(&out, err)
		}
	}
	encode(json.NewEncoder(&out).Encode(map[string]any{"s": secret, "p": &secret, "l": holder.List, "m": holder.byName}))
	encode(xml.NewEncoder(&out).Encode(secret))
	encode(gob.NewEncoder(&out).Encode(holder.List))
	func() {
		defer func() { fmt.Fprintln(&out, recover()) }()
		panic(secret)
	}()
	for _, form := range []string{text, hex.EncodeToString([]byte(text)), text[:5]} {
		if strings.Contains(strings.ToLower(out.String()), strings.ToLower(form)) {
			t.Errorf("%q is in\n%s", form, out.String())
		}
	}
	if strings.Count(out.String(), hidden) < 50 {
		t.Errorf("little was written:\n%s", out.String())
	}
}

func TestSecretOfNothing(t *testing.T) {
	var none Secret
	if none.Reveal() != "" || !none.Empty() || fmt.Sprint(none) != hidden {
		t.Errorf("%q, empty %t, prints %v", none.Reveal(), none.Empty(), none)
	}
	if err := none.UnmarshalText([]byte("text")); err != nil || none.Reveal() != "text" {
		t.Errorf("%q: %v", none.Reveal(), err)
	}
}
