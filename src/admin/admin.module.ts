import { Module } from '@nestjs/common';
import { ModelModule } from '../model/model.module.js';
import { AdminController } from './admin.controller.js';
import { UploadController } from './upload.controller.js';

/** The interface for operators. It is no part of the service unless `ADMIN_API=true`. */
@Module({ imports: [ModelModule], controllers: [AdminController, UploadController] })
export class AdminModule {}
