package wire

import (
	"fmt"
	"strconv"
	"strings"
)

const (
	failedRequest     = "request "
	failedTransaction = " of the transaction failed, nothing was changed: "
)

// TransactionFailure is what auditserver says about the request that undid a
// transaction.
func TransactionFailure(index int, message string) string {
	return fmt.Sprintf("%s%d%s%s", failedRequest, index, failedTransaction, message)
}

// ParseTransactionFailure reads what TransactionFailure wrote; false for another text.
func ParseTransactionFailure(text string) (index int, message string, ok bool) {
	rest, begins := strings.CutPrefix(text, failedRequest)
	number, message, found := strings.Cut(rest, failedTransaction)
	index, err := strconv.Atoi(number)
	return index, message, begins && found && err == nil && index >= 0
}
