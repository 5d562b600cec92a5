package stepfunctions

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
)

// envelope is the result of lambda:invoke
// (https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html).
// It is put together by hand since each task has one.
func envelope(result lambda.Result) []byte {
	payload := answer(result.Payload)
	length := fmt.Sprint(len(result.Payload))
	id := uuid.NewString()
	b := make([]byte, 0, len(payload)+600)
	b = append(b, `{"ExecutedVersion":`...)
	b = append(b, quote(result.ExecutedVersion)...)
	b = append(b, `,"Payload":`...)
	b = append(b, payload...)
	b = append(b, `,"SdkHttpMetadata":{"AllHttpHeaders":{"Content-Length":["`...)
	b = append(b, length...)
	b = append(b, `"],"Content-Type":["application/json"],"X-Amz-Executed-Version":[`...)
	b = append(b, quote(result.ExecutedVersion)...)
	b = append(b, `],"x-amzn-RequestId":["`...)
	b = append(b, id...)
	b = append(b, `"]},"HttpHeaders":{"Content-Length":"`...)
	b = append(b, length...)
	b = append(b, `","Content-Type":"application/json","X-Amz-Executed-Version":`...)
	b = append(b, quote(result.ExecutedVersion)...)
	b = append(b, `,"x-amzn-RequestId":"`...)
	b = append(b, id...)
	b = append(b, `"},"HttpStatusCode":200},"SdkResponseMetadata":{"RequestId":"`...)
	b = append(b, id...)
	return append(b, `"},"StatusCode":200}`...)
}

// acceptedEnvelope is the result of an asynchronous invocation, without a version or a
// response.
func acceptedEnvelope(status int) []byte {
	id := uuid.NewString()
	return fmt.Appendf(nil, `{"Payload":"","SdkHttpMetadata":{"AllHttpHeaders":{"Content-Length":["0"],"x-amzn-RequestId":[%[1]q]},`+
		`"HttpHeaders":{"Content-Length":"0","x-amzn-RequestId":%[1]q},"HttpStatusCode":%[2]d},"SdkResponseMetadata":{"RequestId":%[1]q},"StatusCode":%[2]d}`, id, status)
}
