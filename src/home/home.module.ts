import { Module } from '@nestjs/common';
import { ModelModule } from '../model/model.module.js';
import { HomeController } from './home.controller.js';

@Module({ imports: [ModelModule], controllers: [HomeController] })
export class HomeModule {}
