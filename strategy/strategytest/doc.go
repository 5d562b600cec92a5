// Package strategytest checks that a strategy function keeps the strategy contract,
// version 2. It grants access to a person, removes it, repeats both, sends calls
// that come late, and says what is wrong with each response.
//
// In a Go test:
//
//	func TestStrategy(t *testing.T) { strategytest.Run(t, strategy.Functions{give, take, has}, strategytest.Options{}) }
//
// [Check] does the same for a function in any language; so does
// `fasttrack strategies check`.
package strategytest
