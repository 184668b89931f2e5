package registers

import "strings"

// begins tells whether a spreadsheet may take a text for a formula.
func beginsFormula(text string) bool {
	return text != "" && strings.ContainsRune("=+-@\t\r＝＋－＠", []rune(text)[0])
}

// neutral makes a text of a CSV file one that no spreadsheet takes for a formula: an
// apostrophe stands before it. A text that has apostrophes before it already gets one
// more, so that original gives back every text.
func neutral(text string) string {
	if beginsFormula(strings.TrimLeft(text, "'")) {
		return "'" + text
	}
	return text
}

// original takes away what neutral added.
func original(text string) string {
	if strings.HasPrefix(text, "'") && beginsFormula(strings.TrimLeft(text, "'")) {
		return text[1:]
	}
	return text
}

// plainLines writes line ends as one character, because files do not keep two.
func plainLines(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
}

// clip shortens a text for an error.
func clip(text string) string {
	const most = 60
	letters := []rune(text)
	if len(letters) <= most {
		return text
	}
	return string(letters[:most]) + "…"
}
