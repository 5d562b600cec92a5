package watch_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// BenchmarkReload measures from the end of a save until the new version is served:
//
//	go test -run '^$' -bench Reload -benchtime 10x ./internal/kit/watch
func BenchmarkReload(b *testing.B) {
	for _, l := range languages {
		tm := (*team)(nil)
		begin := func(b *testing.B) {
			if tm == nil {
				tm = newTeam(b, l)
				if err := tm.start(); err != nil {
					b.Fatal(err)
				}
			}
		}
		b.Run(l.name, func(b *testing.B) {
			begin := func() { begin(b) }
			measure := func(what, function string, save func(n int)) {
				b.Run(what, func(b *testing.B) {
					n := 0
					for b.Loop() {
						n++
						before, _ := tm.stack.Lambda.Version(function)
						save(n)
						for {
							if now, _ := tm.stack.Lambda.Version(function); now != before {
								break
							}
							time.Sleep(time.Millisecond)
						}
					}
				})
			}
			begin()
			measure("hooks", "fasttrack-hooks", func(n int) {
				tm.write(l.hooks, l.code(fmt.Sprintf("version %d at %d", n, time.Now().UnixNano()), "my-own-flow"))
			})
			measure("strategy", "fasttrack-vault", func(n int) {
				tm.write(l.strategy, strings.Replace(l.strategyCode, "TEXT", fmt.Sprintf("%d at %d", n, time.Now().UnixNano()), 1))
			})
			measure("flows", "fasttrack-engine-request", func(n int) {
				tm.write(folder.FlowsFile, strings.Replace(flowsFile, "My own flow", fmt.Sprintf("%d at %d", n, time.Now().UnixNano()), 1))
			})
		})
	}
}
