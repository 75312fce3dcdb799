package ossserver

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

const (
	nullVersion   = "null"
	versionPrefix = "CAEQ" // as ids of the service begin
)

// versionID is the id of the version with this order.
func versionID(order uint64) string { return fmt.Sprintf("%s%016X", versionPrefix, order) }

// id returns the version id of a record.
func (o *objectRecord) id() string {
	if o.null {
		return nullVersion
	}
	return versionID(o.order)
}

// parseVersionID returns the order that an id stands for; "null" has none.
func parseVersionID(id string) (order uint64, err error) {
	digits, ok := strings.CutPrefix(id, versionPrefix)
	if ok && len(digits) == 16 {
		order, err = strconv.ParseUint(digits, 16, 64)
	}
	if !ok || len(digits) != 16 || err != nil || versionID(order) != id {
		return 0, invalidArgument("Invalid version id specified").with("ArgumentName", "versionId").with("ArgumentValue", id)
	}
	return order, nil
}

// checkVersionID judges a version id before anything is changed.
func checkVersionID(id string) error {
	if id == "" || id == nullVersion {
		return nil
	}
	_, err := parseVersionID(id)
	return err
}

// versionKey orders by key, and within a key from new to old.
func versionKey(key []byte, order uint64) []byte {
	return binary.BigEndian.AppendUint64(versionSeek(key), ^order)
}

// versionSeek returns what the keys of all versions of a key begin with.
func versionSeek(key []byte) []byte { return append(uploadSeek(key), 0, 0) }

// splitVersionKey takes apart what versionKey has put together.
func splitVersionKey(k []byte) (key []byte, order uint64) {
	end := len(k) - 8
	return bytes.ReplaceAll(k[:end-2], []byte{0, 0xFF}, []byte{0}), ^binary.BigEndian.Uint64(k[end:])
}
