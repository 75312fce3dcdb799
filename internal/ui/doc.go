// Package ui shows plans, results and progress to people and to programs: as
// text, JSON lines and Markdown. It has no effects but on the writers it is given.
//
// The rules of output: names from outside go through [Name] before they are
// printed, text of mixed origin through [Clean], and no line begins with either;
// sentences of totals end in a full stop, rows do not; colors never carry what
// the glyphs and words do not say.
//
//	if err := ui.WriteText(os.Stdout, section, nil, ui.TextOptions{}); err != nil {
//		return err
//	}
package ui
