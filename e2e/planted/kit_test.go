package planted

var _ = plant(
	bug{"give out a strategy of another release", "internal/kit/engine/strategy.go", "case !known || hex.EncodeToString(got[:]) != want:", "case !known && want != hex.EncodeToString(got[:]):", "./internal/kit/engine", "TestStrategyOf"},
	bug{"write over a template that somebody changed", "internal/kit/strategies/write.go", "if sum(raw) != m.Template {", "if len(raw) == 0 {", "./internal/kit/strategies", "TestWrite_Refuses"},
	bug{"write a strategy among other files", "internal/kit/strategies/write.go", "if len(entries) > 0 {", "if len(entries) > 9 {", "./internal/kit/strategies", "TestWrite_Refuses"},
	bug{"deploy a strategy for a processor that it was not built for", "internal/kit/strategies/files.go", `AllowedValues: [" + o.Architecture + "]\n`, `AllowedValues: [arm64, x86_64]\n`, "./internal/kit/strategies", "TestFiles"},
)
