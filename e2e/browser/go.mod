module github.com/fasttrack-dev/fasttrack/e2e/browser

go 1.26.0

require (
	github.com/chromedp/cdproto v0.0.0-20250403032234-65de8f5d025b
	github.com/chromedp/chromedp v0.13.6
	github.com/fasttrack-dev/fasttrack v0.0.0
)

require (
	github.com/chromedp/sysutil v1.1.0 // indirect
	github.com/go-json-experiment/json v0.0.0-20250211171154-1ae217ad3535 // indirect
	github.com/gobwas/httphead v0.1.0 // indirect
	github.com/gobwas/pool v0.2.1 // indirect
	github.com/gobwas/ws v1.4.0 // indirect
	golang.org/x/sys v0.50.0 // indirect
)

replace (
	github.com/fasttrack-dev/fasttrack v0.0.0 => ../..
	github.com/fasttrack-dev/fasttrack/hook v0.1.0 => ../../hook
	github.com/fasttrack-dev/fasttrack/strategy v0.1.0 => ../../strategy
)
