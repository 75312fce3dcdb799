package ossserver

import (
	"encoding/json"
	"unicode/utf8"
)

// headerValues are values of headers by name. A value can hold bytes that are no
// UTF-8, which JSON cannot: it is written as an array of one base64 string, all
// others as they are.
type headerValues map[string]string

func (v headerValues) MarshalJSON() ([]byte, error) {
	out := make(map[string]any, len(v))
	for name, value := range v {
		if utf8.ValidString(value) {
			out[name] = value
		} else {
			out[name] = [][]byte{[]byte(value)}
		}
	}
	return json.Marshal(out)
}

func (v *headerValues) UnmarshalJSON(text []byte) error {
	if json.Unmarshal(text, (*map[string]string)(v)) == nil {
		return nil
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		return err
	}
	*v = make(headerValues, len(raw))
	for name, value := range raw {
		var s string
		if json.Unmarshal(value, &s) == nil {
			(*v)[name] = s
			continue
		}
		var b [1][]byte
		if err := json.Unmarshal(value, &b); err != nil {
			return err
		}
		(*v)[name] = string(b[0])
	}
	return nil
}
