import { STATUS_CODES } from 'node:http';
const statusOf = {
    HPE_HEADER_OVERFLOW: [431, 'the headers are too large'],
    ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request took too long'],
};
/** Answers what is no HTTP request, or comes too slowly to become one, and ends the connection. */
export const answerSocketError = (error, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
        socket.destroy();
        return;
    }
    const [status, detail] = statusOf[error.code ?? ''] ?? [400, 'this is not an HTTP request that can be read'];
    const body = JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, detail });
    const head = [
        `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
        'content-type: application/problem+json; charset=utf-8',
        `content-length: ${Buffer.byteLength(body)}`,
        'connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
};
