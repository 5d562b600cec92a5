package pack

import "testing/fstest"

var pythonSDK, nodeSDK = fstest.MapFS{}, fstest.MapFS{}
