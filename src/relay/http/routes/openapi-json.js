/** `GET /openapi.json`: every route, from the schemas that the routes themselves use. */
export const addOpenApiJson = (app) => {
    let document;
    app.get('/openapi.json', {
        schema: {
            summary: 'This description',
            tags: ['operation'],
            response: { 200: { type: 'object', additionalProperties: true, description: 'OpenAPI 3.1' } },
        },
    }, (_request, reply) => {
        document ??= app.swagger();
        reply.header('access-control-allow-origin', '*');
        reply.send(document);
    });
};
