package main

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	"github.com/dustin/go-humanize"
)

// decodeBytes reads a size such as 10MiB, 10MB or 1048576 into an int64.
func decodeBytes(ctx *kong.DecodeContext, target reflect.Value) error {
	var text string
	if err := ctx.Scan.PopValueInto("size", &text); err != nil {
		return err
	}
	n, err := humanize.ParseBytes(text)
	if err != nil || n > math.MaxInt64 {
		return fmt.Errorf("size %q: want one like 10MiB", text)
	}
	target.SetInt(int64(n))
	return nil
}

// decodeAge reads a span of time such as 7d, 12h or 90m into a time.Duration.
func decodeAge(ctx *kong.DecodeContext, target reflect.Value) error {
	var text string
	if err := ctx.Scan.PopValueInto("age", &text); err != nil {
		return err
	}
	age, err := parseAge(text)
	target.SetInt(int64(age))
	return err
}

const day = 24 * time.Hour

func parseAge(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 32)
		if err == nil && n <= uint64(math.MaxInt64/day) {
			return time.Duration(n) * day, nil
		}
	} else if age, err := time.ParseDuration(text); err == nil && age >= 0 {
		return age, nil
	}
	return 0, fmt.Errorf("age %q: want one like 7d, 12h or 30m", text)
}
