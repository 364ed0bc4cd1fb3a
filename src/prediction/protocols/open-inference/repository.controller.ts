import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { RepositoryEntry } from '../../../core/ports/managed-models.js';
import { JsonBody } from '../../../http/json-body.js';
import { refusal } from '../../refusal.js';
import { problem } from '../../tensors/problems.js';
import { OpenInferenceService } from './open-inference.service.js';

/** The model repository extension of the Open Inference Protocol. Every body may be empty. */
@ApiExcludeController()
@Controller('v2/repository')
export class RepositoryController {
  constructor(private readonly protocol: OpenInferenceService) {}

  @Post('index')
  @HttpCode(200)
  index(@Body() body: JsonBody): readonly RepositoryEntry[] {
    const { ready = false } = fieldsOf(body) as { ready?: unknown };
    if (typeof ready !== 'boolean') throw refusal([problem('/ready', 'wrong-type', 'must be true or false')]);
    return this.protocol.repositoryIndex(ready);
  }

  @Post('models/:model/load')
  @HttpCode(200)
  async load(@Param('model') name: string, @Body() body: JsonBody): Promise<{ name: string; load: true }> {
    fieldsOf(body);
    await this.protocol.load(name);
    return { name, load: true };
  }

  @Post('models/:model/unload')
  @HttpCode(200)
  async unload(@Param('model') name: string, @Body() body: JsonBody): Promise<{ name: string; unload: true }> {
    fieldsOf(body);
    await this.protocol.unload(name);
    return { name, unload: true };
  }
}

function fieldsOf(body: JsonBody): object {
  if (body.bytes.length === 0) return {};
  const fields = body.parse();
  if (typeof fields === 'object' && fields !== null && !Array.isArray(fields)) return fields;
  throw refusal([problem('', 'wrong-type', 'the body must be a JSON object, or empty')]);
}
